"""A network as source of a PyTorch module, with its weights in safetensors beside it."""
