"""Other people's files of demonstrations, in and out: the ETO release, AgentTraj-L, Hugging Face conversations.

`records.py` turns one record into a `Trajectory` and back (the `World` knows the task it is of), `files.py` reads and
writes whole files and data sets, `replay.py` checks what was imported against our worlds.
"""

from eto_agent.formats.files import export_file, from_dataset, import_file, to_dataset
from eto_agent.formats.records import FORMATS, from_record, to_record
from eto_agent.formats.replay import Verdict, replay

__all__ = [
    "FORMATS",
    "Verdict",
    "export_file",
    "from_dataset",
    "from_record",
    "import_file",
    "replay",
    "to_dataset",
    "to_record",
]
