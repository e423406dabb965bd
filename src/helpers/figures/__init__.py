"""Tables in, figure out: nothing here computes a statistic."""

from helpers.figures.dots import effects, gaps, group_means, intervals, loadings, reliability
from helpers.figures.style import png, svg, writes

__all__ = ["effects", "gaps", "group_means", "intervals", "loadings", "png", "reliability", "svg", "writes"]
