"""TabDDPM and its better-measuring relatives: diffusion for tables. Needs the extra ``torch``."""

from equitab.generators.diffusion.generator import TabDDPM
from equitab.generators.diffusion.presets import PRESETS, Preset, PresetName, find_preset

__all__ = ["PRESETS", "Preset", "PresetName", "TabDDPM", "find_preset"]
