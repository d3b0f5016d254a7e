"""XOR: why a network needs a hidden layer, and an activation that is not linear.

    python examples/xor.py

Needs the extra `separability` (SciPy) for the exact test.
"""

from itertools import pairwise

import numpy as np

from multilayer import MLP, Dense, separability
from multilayer.network.collapse import equality

corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
and_of, xor_of = corners.all(axis=1).astype(int), (corners.sum(axis=1) == 1).astype(int)

print("1. AND and XOR of two inputs: does one plane tell 0 from 1?\n")
print(f"AND  {separability(corners, and_of)}.\n")
xor = separability(corners, xor_of)
print(f"XOR  {xor}.")
print(f"     The proof, checked in exact arithmetic: {xor.proof.holds(corners, xor_of)}.")

print("\n2. More layers do not help while all of them are linear.\n")
rng = np.random.default_rng(0)
units = [2, 5, 5, 5, 1]
weights = [rng.integers(-3, 4, shape) / 4 for shape in pairwise(units)]
deep = MLP([Dense(W, rng.integers(-3, 4, W.shape[1]) / 4, "identity") for W in weights])
flat = deep.collapse()
print(f"Deep  {deep!r}")
print(f"Flat  {flat!r}, {equality(deep, flat)}")
(layer,) = flat.layers
print(f"      a = x W + b with W = {layer.W.ravel().tolist()}, b = {layer.b.tolist()}")
a = flat(corners).ravel()
sums = f"a(0,0) + a(1,1) = {a[0] + a[3]:g} and a(0,1) + a(1,0) = {a[1] + a[2]:g}"
print(f"      {sums}: equal for all weights,")
print("      so they are never both below 0 for the one pair and above 0 for the other.")

print("\n3. Two hidden units with a step do it: OR, AND, and 'OR but not AND'.\n")
network = MLP(
    [
        Dense([[1, 1], [1, 1]], [-0.5, -1.5], "step"),  # z_1 = x_1 OR x_2, z_2 = x_1 AND x_2
        Dense([[1], [-1]], [-0.5], "step"),  # y = z_1 AND NOT z_2
    ]
)
hidden, output = network.trace(corners)
print("x1 x2   OR AND   y   XOR")
for x, z, y, wanted in zip(corners, hidden.z, output.z, xor_of, strict=True):
    print(f" {x[0]}  {x[1]}    {z[0]:g}   {z[1]:g}   {y[0]:g}     {wanted}")
print(f"\n{network!r} solves XOR: {bool((output.z.ravel() == xor_of).all())}.")
print(f"In the hidden layer's z: {separability(hidden.z, xor_of)}.")
