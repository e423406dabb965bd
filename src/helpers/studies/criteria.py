"""The documented defaults of every criterion a study may set itself; each bound with the source that sets it."""

from __future__ import annotations

from helpers.studies.assertions import Criterion

_HU_BENTLER = "Hu & Bentler (1999), Structural Equation Modeling, 6(1), 1-55"
_MEADE_CRAIG = "Meade & Craig (2012), Psychological Methods, 17(3), 437-455"
_NUNNALLY = "Nunnally & Bernstein (1994), Psychometric Theory, 3rd ed."

DEFAULTS: dict[str, Criterion] = {
    "alpha": Criterion(at_least=0.70, source=_NUNNALLY),
    "omega": Criterion(at_least=0.70, source=_NUNNALLY),
    "cr": Criterion(at_least=0.70, source="Hair, Black, Babin & Anderson (2010), Multivariate Data Analysis, 7th ed."),
    "ave": Criterion(at_least=0.50, source="Fornell & Larcker (1981), Journal of Marketing Research, 18(1), 39-50"),
    "loading": Criterion(at_least=0.50,
                         source="Hair, Black, Babin & Anderson (2010), Multivariate Data Analysis, 7th ed."),
    "r.drop": Criterion(at_least=0.30, source=_NUNNALLY),
    "htmt": Criterion(at_most=0.85, source="Henseler, Ringle & Sarstedt (2015), JAMS, 43(1), 115-135"),
    "cfi": Criterion(at_least=0.95, source=_HU_BENTLER),
    "tli": Criterion(at_least=0.95, source=_HU_BENTLER),
    "rmsea": Criterion(at_most=0.06, source=_HU_BENTLER),
    "srmr": Criterion(at_most=0.08, source=_HU_BENTLER),
    "n.per.parameter": Criterion(at_least=5.0, source="Bentler & Chou (1987), Sociological Methods & Research, 16(1)"),
    # Share of the items answered alike in one unbroken run, in the order of the questionnaire.
    "longstring": Criterion(at_most=0.50, source="Curran (2016), Journal of Experimental Social Psychology, 66, 4-19"),
    "seconds.per.item": Criterion(at_least=2.0,
                                  source="Huang et al. (2012), Journal of Business and Psychology, 27(1), 99-114"),
    # Standard deviation of a person's answers, as a share of the width of the scale; the bound is this project's.
    "irv": Criterion(at_least=0.05, source="Dunn et al. (2018), Journal of Business and Psychology, 33(1), 105-121"),
    "even.odd": Criterion(at_least=0.30, source="Johnson (2005), Journal of Research in Personality, 39(1), 103-129"),
    # Correlation from which two items count as synonyms, and what a person's answers to them must at least show.
    "synonym.pair": Criterion(at_least=0.60, source=_MEADE_CRAIG),
    "synonyms": Criterion(at_least=0.0,
                          source="Curran (2016), Journal of Experimental Social Psychology, 66, 4-19"),
    # p-value of the distance of a person's answers from those of all.
    "mahalanobis": Criterion(at_least=0.001,
                             source="Tabachnick & Fidell (2013), Using Multivariate Statistics, 6th ed."),
    # Largest autocorrelation of a person's answers; the bound is this project's.
    "repetition": Criterion(at_most=0.80, source="Gottfried et al. (2022), Practical Assessment, Research, and"
                                                 " Evaluation, 27(2)"),
    # Share of simulated attentive respondents from which a rule tells nothing here and is not used.
    "attentive.share": Criterion(at_most=0.03, source="Meade & Craig (2012): five indices together stay below 15 %"),
}
