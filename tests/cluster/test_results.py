"""A result is waited for, whatever Dask says of a wait of its own that ran out."""

import pytest

from multilayer.cluster.sums import _result


class Late:
    """A task whose first waits end with errors, and Workers that count how often they are looked at."""

    def __init__(self, *errors):
        self.errors, self.looks = list(errors), 0

    def result(self, timeout):
        assert timeout > 0
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def look(self):
        self.looks += 1


@pytest.mark.parametrize("errors", [(), (TimeoutError(),), (UnboundLocalError(), TimeoutError())])
def test_a_wait_that_ran_out_is_repeated(errors):
    task = Late(*errors)
    assert _result(task, task) == "done"
    assert task.looks == len(errors)


def test_an_error_of_the_task_is_raised():
    with pytest.raises(ValueError, match="of the task"):
        _result(task := Late(ValueError("of the task")), task)
