"""`EnvPool`: many environments in worker processes, each answering when it is ready.

`env_pool` is what a caller sees, `dispatcher` knows which episode is where and what to do when a worker dies,
`process` is one worker seen from the pool, `interpreter` starts it, and `worker` runs inside it. `visits` finds states
along paths of actions.
"""

from eto_envs.pool.env_pool import EnvPool
from eto_envs.pool.visits import State, Visits
from eto_envs.pool.worker import PoolResult

__all__ = ["EnvPool", "PoolResult", "State", "Visits"]
