"""How many examples Hypothesis draws: few in every run, twelve times as many with HYPOTHESIS_PROFILE=deep."""

import os

from hypothesis import HealthCheck, Phase, settings

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


def drawn(examples: int, *, shrink: bool = True) -> settings:
    """Settings for a property: so many examples, no stopwatch, and nothing that differs from run to run.

    Where an example takes seconds, `shrink` waits for HYPOTHESIS_PROFILE=deep.
    """
    return settings(
        max_examples=examples * (12 if DEEP else 1),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if shrink or DEEP else [])],
    )
