import pytest

from multilayer import InputError, from_model, initialize


def test_a_network_is_returned_as_it_is():
    network = initialize((2, 3, 1), rng=0)
    assert from_model(network) is network


@pytest.mark.parametrize("model", [None, "network.json", 3, object(), [[1.0]], dict])
def test_refuses_what_is_no_model(model):
    with pytest.raises(InputError, match="cannot be made a network; expected an MLP, or a fitted"):
        from_model(model)
