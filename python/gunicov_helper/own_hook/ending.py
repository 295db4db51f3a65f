"""How the workers of a generation came to end, where no record tells."""


class Ending:
    """What may have happened to the data of workers that left none."""

    def __init__(self, asked, one_by_one, deleted, out_of_memory):
        """`asked`: the workers ({(pid, start time)}) that ended because the flush had them end; `one_by_one`:
        one after the other; `deleted`: what was deleted meanwhile (str), or None; `out_of_memory`: whether
        the kernel has killed somebody in the master's cgroup for that."""
        self.asked, self.one_by_one = set(asked), one_by_one
        self.deleted, self.out_of_memory = deleted, out_of_memory

    def cause(self, key):
        """Why a worker (pid, start time) has left no data file."""
        if key in self.asked:
            return "it left no data file"
        if self.out_of_memory:
            return "out of memory"
        return "it ended during the tests (killed, perhaps), and no data file of it was seen"

    def reasons(self):
        """What is to be said of deleted data (list of str), where data is missing."""
        if not self.deleted:
            return []
        if self.one_by_one:
            return [
                (
                    f"{self.deleted} since the restart (by a post_fork that does so, perhaps): what a worker that "
                    "ended by itself had saved may have gone with it; the flush has ended them one at a time"
                )
            ]
        return [
            (
                f"{self.deleted} while workers saved their data (a post_fork that does so takes it away); from now "
                "on they are ended one at a time"
            )
        ]
