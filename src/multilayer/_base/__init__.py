"""What every other part uses: errors, text, arrays, names, settings, random numbers, storage."""
