"""The readers by name, as configs give them."""
from . import abaw, affectnet, ferplus, labels_folder, pseudo_run
from .faceset import Reading

READERS = {"abaw": abaw.read, "affectnet": affectnet.read, "ferplus": ferplus.read, "labels_folder": labels_folder.read,
           "pseudo_run": pseudo_run.read}


def read_set(reader: str, arguments: dict) -> Reading:
    if reader not in READERS:
        raise ValueError(f"reader: '{reader}' is unknown; known are {sorted(READERS)}")
    return READERS[reader](**arguments)
