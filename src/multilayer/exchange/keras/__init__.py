"""Keras 3 files without Keras: `.keras`, and `.weights.h5` of weights alone.

The arrays of a layer lie under the name of its class and a number, in the order of the layers: "dense_1" is the second
Dense, whatever its own name is. So arrays are found by the order of classes, and never by the names of layers.
"""
