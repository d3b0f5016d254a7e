"""multilayer: the multilayer perceptron, complete, on NumPy arrays."""
