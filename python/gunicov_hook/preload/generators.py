"""Random number generators that an import makes: all workers would draw the same numbers from one made in the master."""

import random
import sys


class Generators:
    """How many have been made in this process since this began. It replaces what makes them, for good: in a trial only.

    The system's own randomness has no state to share. numpy's own generator is seeded anew in each worker (renew_numpy).
    """

    def __init__(self):
        self.count, self.numpy = 0, None
        seed = random.Random.seed

        def noted(one, *args, **named):
            self.count += 1
            return seed(one, *args, **named)

        random.Random.seed = noted

    def made(self):
        """Tell whether there was one."""
        numpy = sys.modules.get("numpy.random")
        if numpy is not None and self.numpy is None:
            self.numpy = numpy
            self.note_numpys(numpy)
        return self.count > 0

    def note_numpys(self, numpy):
        make, watch = numpy.default_rng, self

        def default_rng(*args, **named):
            watch.count += 1
            return make(*args, **named)

        class RandomState(numpy.RandomState):
            def __init__(self, *args, **named):
                watch.count += 1
                super().__init__(*args, **named)

        numpy.default_rng, numpy.RandomState = default_rng, RandomState


def renew_numpy(libraries):
    """In a worker: seed numpy's own generator anew, as a start of its own would. Not where the user has imported numpy
    in the master: then workers share it without gunicov, too. `libraries`: paths of what gunicov has imported there."""
    numpy = sys.modules.get("numpy.random")
    if numpy is not None and getattr(numpy, "__file__", None) in libraries:
        numpy.seed()
