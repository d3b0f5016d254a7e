"""Speed, side by side with every installed peer: `python -m benchmarks forward|activations|startup`."""
