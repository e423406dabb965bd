"""Tables in, figure out: nothing here computes a statistic."""

from typing import TYPE_CHECKING

from helpers import on_demand

if TYPE_CHECKING:
    from helpers.figures.areas import heatmap, likert
    from helpers.figures.dots import effects, gaps, group_means, intervals, loadings, reliability
    from helpers.figures.forest import forest, replication_forest
    from helpers.figures.paths import paths
    from helpers.figures.sample import flow, missing_patterns
    from helpers.figures.scree import scree
    from helpers.figures.style import png, svg, writes
    from helpers.figures.synthesis import synthesis
    from helpers.figures.ways import sensitivity

__all__ = ["effects", "flow", "forest", "gaps", "group_means", "heatmap", "intervals", "likert", "loadings",
           "missing_patterns", "paths", "png", "reliability", "replication_forest", "scree", "sensitivity", "svg",
           "synthesis", "writes"]

on_demand(__name__)
