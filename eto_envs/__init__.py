"""WebShop, ScienceWorld and ALFWorld as one Gymnasium suite.

Importing registers the environments by entry-point string; nothing is loaded or started before `gymnasium.make`.
"""

from eto_envs.checker import check_text_env
from eto_envs.conversation import ChatMessage, ConversationFormat, React, Style, Window
from eto_envs.conversation.live import Conversation, conversation_format, messages, parse_reply
from eto_envs.core import HistoryStep, Snapshot, TextEnv, WorldStep
from eto_envs.errors import EtoEnvError
from eto_envs.pool import EnvPool
from eto_envs.progress import Subgoal
from eto_envs.registration import ENV_IDS, register_all
from eto_envs.tasks import Manifest, Task, TaskSet
from eto_envs.trajectory import Trajectory, Turn, append_trajectory, read_trajectories, write_trajectories

__version__ = "0.1.0"

__all__ = [
    "ENV_IDS",
    "ChatMessage",
    "Conversation",
    "ConversationFormat",
    "EnvPool",
    "EtoEnvError",
    "HistoryStep",
    "Manifest",
    "React",
    "Snapshot",
    "Style",
    "Subgoal",
    "Task",
    "TaskSet",
    "TextEnv",
    "Trajectory",
    "Turn",
    "Window",
    "WorldStep",
    "append_trajectory",
    "check_text_env",
    "conversation_format",
    "messages",
    "parse_reply",
    "read_trajectories",
    "write_trajectories",
]

register_all()
