"""Settings of the whole suite."""

from hypothesis import settings

# A test fails for what it finds, never for a busy machine.
settings.register_profile("multilayer", deadline=None)
settings.load_profile("multilayer")
