"""identity, step, relu and its piecewise linear kin (native/activations/rectifiers.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.language import (
    INFINITY,
    absolute,
    copysign,
    f32,
    f64,
    fma,
    real,
    to_f32,
    to_f64,
    to_real,
)


def identity(x: real) -> real:
    return x


def step(x: real) -> real:
    if x != x:
        return x
    return 1.0 if x > 0.0 else 0.0


def relu(x: real) -> real:
    return 0.0 if x <= 0.0 else x


def relu6(x: real) -> real:
    y = relu(x)
    return 6.0 if y > 6.0 else y


def leaky_relu_f32(x: f32, slope: f64) -> f32:
    if x > 0.0:
        return x
    if x == -INFINITY:
        return 0.0 if slope == 0.0 else to_f32(copysign(INFINITY, -slope))
    high = to_f32(slope)
    return fma(x, high, x * to_f32(slope - to_f64(high)))


def leaky_relu_f64(x: f64, slope: f64) -> f64:
    if x > 0.0:
        return x
    if x == -INFINITY:
        return 0.0 if slope == 0.0 else copysign(INFINITY, -slope)
    return x * slope


def thresholded_relu(x: real, floor: f64) -> real:
    if x != x:
        return x
    return x if x > to_real(floor) else 0.0


def hard_tanh(x: real, low: f64, ceiling_of_low: f64, high: f64, floor_of_high: f64) -> real:
    y = to_real(low) if x < to_real(ceiling_of_low) else x
    return to_real(high) if x > to_real(floor_of_high) else y


def hard_shrink(x: real, floor: f64) -> real:
    if x != x:
        return x
    return x if absolute(x) > to_real(floor) else 0.0


def soft_shrink_f32(x: f32, threshold: f64, floor: f64) -> f32:
    if x != x:
        return x
    size = absolute(x)
    nearest = to_f32(threshold)
    y = (size - nearest) - to_f32(threshold - to_f64(nearest))
    return copysign(y, x) if size > to_f32(floor) else 0.0


def soft_shrink_f64(x: f64, threshold: f64, floor: f64) -> f64:
    if x != x:
        return x
    size = absolute(x)
    return copysign(size - threshold, x) if size > floor else 0.0
