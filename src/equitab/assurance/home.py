"""Where keys and evidence of this machine's user lie.

::

    home_folder()/
      keys/             private keys, readable by their owner alone
      trusted/          public keys whose signatures are believed
      evidence.sqlite   the evidence of runs, unless another store is named
      outbox/           evidence that a store did not take yet
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "EQUITAB_HOME"
KEYS = "keys"
TRUSTED = "trusted"


def home_folder() -> Path:
    """Return the folder of keys and evidence; it is not made by asking for it.

    Returns
    -------
    Path
        ``EQUITAB_HOME`` where that variable of the environment is set, else the place where the operating
        system keeps a program's data for one user.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, EQUITAB_HOME="assurance-home"):
    ...     home_folder().name
    'assurance-home'
    """
    if chosen := os.environ.get(VARIABLE, ""):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("equitab"))


def keys_folder() -> Path:
    """Return the folder of the user's own private keys."""
    return home_folder() / KEYS


def trusted_folder() -> Path:
    """Return the folder of the public keys that the user trusts."""
    return home_folder() / TRUSTED
