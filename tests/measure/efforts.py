"""How much the tests spend: the least that shows what they look for."""

from multilayer.measure import Effort

LITTLE = Effort(seeds=4, width=8, depths=(1, 2, 5), trainings=1, steps=8, rounds=3)
DEEP = Effort(seeds=6, width=64, depths=(1, 10, 50))
TRAINED = Effort(trainings=3)
