"""One file per contender. Each has `forward(layers, x)` or `elementwise(name, x)`, or both.

They return a function without arguments that does the work once and returns the result, or None when the
contender does not have that work. Everything that a user would do once (building, compiling, converting the
input to the contender's own array) is done before.
"""
