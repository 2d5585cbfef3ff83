"""Diffusion for tables: TabDDPM, and conditional diffusion with guidance. Needs the extra ``torch``."""

from equitab.generators.diffusion.generator import TabDDPM
from equitab.generators.diffusion.guided_generator import GuidedDiffusion
from equitab.generators.diffusion.presets import PRESETS, Preset, PresetName, find_preset

__all__ = ["PRESETS", "GuidedDiffusion", "Preset", "PresetName", "TabDDPM", "find_preset"]
