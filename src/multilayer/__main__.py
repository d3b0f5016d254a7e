"""`python -m multilayer` is the command line."""

from multilayer.cli import main

if __name__ == "__main__":
    main()
