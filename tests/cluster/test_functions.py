"""A network is a function of arrays, so that Dask maps it over the parts of arrays and data frames."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import initialize

pytestmark = pytest.mark.oracle


def network():
    return initialize((4, 6, 3), "tanh", "softmax", rng=0)


def test_blocks_of_an_array():
    import dask.array as da

    net, X = network(), np.random.default_rng(0).standard_normal((1001, 4)).astype(np.float32)
    lazy = da.from_array(X, chunks=(100, 4)).map_blocks(
        net, dtype=np.float32, chunks=((100,) * 10 + (1,), (3,))
    )
    np.testing.assert_array_equal(lazy.compute(), net(X))


def test_partitions_of_a_data_frame():
    import dask.dataframe as dd
    import pandas as pd

    net, X = network(), np.random.default_rng(0).standard_normal((103, 4)).astype(np.float32)
    frame = pd.DataFrame(X, columns=list("abcd"))

    def outputs(part):
        return pd.DataFrame(net(part.to_numpy()), index=part.index, columns=["p0", "p1", "p2"])

    lazy = dd.from_pandas(frame, npartitions=7).map_partitions(outputs, meta=outputs(frame[:0]))
    np.testing.assert_array_equal(lazy.compute().to_numpy(), net(X))
