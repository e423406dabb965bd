"""The columns a table keeps when its content is withheld: whoever reads the file finds the names, and empty cells."""

from __future__ import annotations

import pandas as pd

_FIT = "measure value"
_AUDIT = ("part section entry quantity printed recomputed recomputed.lower recomputed.upper tolerance convention"
          " verdict why formula")
_REGISTRY = {
    "01_survey/flow": "step n",
    "01_survey/files": "file wave n n.blank n.matched n.unmatched n.unused format encoding delimiter",
    "01_survey/recodes": "new made.of made.by n n.changed n.missing",
    "01_survey/profile": "variable level n share",
    "01_survey/missing": "item construct n missing share",
    "01_survey/items": "item construct n missing mean sd skew kurtosis floor ceiling",
    "01_survey/direction": "construct n item loading r.drop alpha alpha.turned direction",
    "01_survey/normality":
        "construct n max.skew max.kurtosis max.end.share b1p pvalue b2p normal.b2p z.pvalue",
    "01_survey/estimation": "measure value place criterion calls.for source",
    "01_survey/missing_patterns": "pattern n share n.patterns n.left.out left.out",
    "01_survey/missing_respondents": "unanswered n share",
    "01_survey/mcar": "n items n.patterns chisq df pvalue computable",
    "01_survey/missing_relations":
        "item n.alike share variable r cramer.v pvalue pvalue.holm",
    "01_survey/missing_treatments": "treatment n needs standing",
    "01_survey/screening": "rule criterion n respondents share attentive.share action computable",
    "02_reliability/adequacy": "n missing items correlations kmo lowest.kmo chisq df pvalue",
    "02_reliability/number_of_factors": "rule n.factors evidence source",
    "02_reliability/efa_fit":
        "n n.factors extraction rotation share rmsr chisq df pvalue tli rmsea rmsea.ci.lower rmsea.ci.upper",
    "02_reliability/efa_loadings": "construct item factor loading cross communality uniqueness kmo own",
    "02_reliability/efa_factors": "factor ss share largest.cor with",
    "02_reliability/efa_constructs": "construct k factor congruence n.own shared astray",
    "02_reliability/confirmed":
        "n npar estimator chisq df pvalue cfi tli rmsea rmsea.ci.lower rmsea.ci.upper srmr",
    "02_reliability/scale_dimensions":
        "construct k n missing correlations kmo first.share n.components n.factors n.map one.dimension",
    "02_reliability/reliability":
        "construct k n alpha alpha.ci.lower alpha.ci.upper omega omega.ci.lower omega.ci.upper denominator",
    "02_reliability/unidimensionality":
        "construct k n one.factor cfi rmsea rmsea.ci.lower rmsea.ci.upper srmr chisq df pvalue",
    "02_reliability/ordinal_reliability":
        "construct k n categories alpha omega.categorical omega.categorical.ci.lower omega.categorical.ci.upper"
        " alpha.ordinal",
    "02_reliability/test_retest":
        "construct wave1 wave2 n icc.agreement icc.agreement.ci.lower icc.agreement.ci.upper icc.consistency"
        " icc.consistency.ci.lower icc.consistency.ci.upper",
    "02_reliability/lower_bounds": "construct k n lambda2 lambda4 lambda6 glb split.mean split.min splits",
    "02_reliability/item_analysis": "construct item r.drop alpha.drop loading",
    "02_reliability/validity": "construct cr ave max.htmt",
    "02_reliability/discriminant":
        "construct1 construct2 cor ci.lower ci.upper problem at85.chisq at85.pvalue at90.chisq at90.pvalue htmt",
    "02_reliability/marker_technique":
        "model df against delta.chisq delta.df pvalue method.loading method.share cor.change",
    "02_reliability/common_method": "measure value where criterion evidence",
    "02_reliability/scale_invariance":
        "grouping level scales hold construct n delta.cfi delta.rmsea delta.srmr failing",
    "02_reliability/clustering":
        "cluster construct n clusters size icc icc.ci.lower icc.ci.upper icc.reml design.effect n.effective",
    "02_reliability/changes": "what why how key",
    "02_reliability/htmt": "construct1 construct2 htmt ci.lower ci.upper htmt2",
    "02_reliability/measurement_fit": _FIT,
    "02_reliability/loadings": "construct item loading ci.lower ci.upper",
    "02_reliability/fit_cutoffs": "measure observed conventional correct cutoff.1 cutoff.2 cutoff.3 verdict",
    "02_reliability/local_misfit": "item1 factor1 item2 factor2 observed implied residual z",
    "02_reliability/measurement_modification": "lhs op rhs mi pvalue.bonferroni epc sepc.all",
    "02_reliability/structures":
        "scope structure status chisq df cfi rmsea rmsea.ci.lower rmsea.ci.upper srmr bic tli aic npar",
    "02_reliability/structure_tests":
        "scope smaller larger method delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr",
    "02_reliability/general_factor": "scope basis construct k omega omega.h omega.hs ecv puc denominator",
    "02_reliability/item_general_factor": "scope basis construct item general.loading group.loading iecv",
    "03_structural_model/fit": _FIT,
    "03_structural_model/parameters": "lhs op rhs label group est se z pvalue ci.lower ci.upper std.lv std.all",
    "03_structural_model/effects": "effect kind est se ci.lower ci.upper method std.all",
    "03_structural_model/paths": "lhs op rhs est se z pvalue ci.lower ci.upper std.all",
    "03_structural_model/residuals": "lhs rhs residual",
    "03_structural_model/modification": "lhs op rhs mi pvalue.bonferroni epc sepc.all",
    "03_structural_model/second_opinion": "lhs op rhs est est.semopy difference",
    "03_structural_model/estimation": "measure value place criterion calls.for source",
    "03_structural_model/sensitivity":
        "lhs op rhs estimator missing careless n std.all std.all.ci.lower std.all.ci.upper est se ci.lower ci.upper"
        " reported reason",
    "03_structural_model/r2": "lhs r2",
    "03_structural_model/rivals": "model npar chisq df cfi rmsea srmr aic bic delta.aic delta.bic",
    "04_service_quality/gaps":
        "construct k n missing expectation perception gap ci.lower ci.upper sd t df pvalue dz dz.ci.lower dz.ci.upper",
    "04_service_quality/item_gaps":
        "construct item item.expectation n expectation perception gap ci.lower ci.upper sd t df pvalue pvalue.holm dz",
    "04_service_quality/difference_reliability":
        "construct k n alpha.perception alpha.expectation r johns johns.ci.lower johns.ci.upper alpha.difference"
        " alpha.difference.ci.lower alpha.difference.ci.upper flagged failed",
    "04_service_quality/nps": "item n missing promoters.share passives.share detractors.share nps ci.lower ci.upper",
    "05_case_comparison/scales": "group level construct n mean sd se ci.lower ci.upper",
    "05_case_comparison/comparison":
        "group construct groups n n.smallest f df1 df2 pvalue pvalue.holm omega2 omega2.ci.lower omega2.ci.upper",
    "05_case_comparison/pairwise":
        "group construct group1 group2 n1 n2 difference ci.lower ci.upper se df pvalue g g.ci.lower g.ci.upper",
    "05_case_comparison/claims":
        "claim text outcome group compared design expect n difference ci.lower ci.upper g verdict grade wording",
    "05_case_comparison/invariance":
        "level chisq df pvalue cfi rmsea srmr delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr holds",
    "05_case_comparison/partial_invariance":
        "grouping level step parameter chisq df pvalue epc delta.cfi delta.rmsea delta.srmr holds",
    "05_case_comparison/latent_means": "construct group reference est se ci.lower ci.upper d",
    "00_summary/replication": "lhs rhs est.original est.replication difference ci.lower ci.upper verdict",
    "07_replication/overlap": "way items n.original n.replication n.pairs n.across expected pvalue flagged",
    "07_replication/samples": "measure original replication",
    "07_replication/profile":
        "variable level n.original share.original n.replication share.replication share.difference",
    "07_replication/reliability":
        "construct coefficient k n.original n.replication original replication difference ci.lower ci.upper",
    "07_replication/fit": "measure original replication",
    "07_replication/invariance":
        "level chisq df pvalue cfi rmsea srmr delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr holds",
    "07_replication/rules": "verdict rule",
    "07_replication/paths": "lhs rhs est.original est.replication difference ci.lower ci.upper bound verdict",
    "07_replication/evidence":
        "lhs rhs prediction.ci.lower prediction.ci.upper inside equivalence.ci.lower equivalence.ci.upper"
        " equivalence.pvalue d33 d33.pvalue log10.bf",
    "07_replication/effects":
        "effect kind est.original est.replication difference ci.lower ci.upper bound verdict",
    "07_replication/standardized": "lhs rhs est.original est.replication difference ci.lower ci.upper",
    "07_replication/equal_paths":
        "test lhs rhs est.original est.replication difference se ci.lower ci.upper chisq df pvalue pvalue.holm method",
    "09_synthesis/studies": "study n data scale estimator items paths chisq df cfi rmsea srmr",
    "09_synthesis/estimates":
        "effect kind study n est se ci.lower ci.upper unstandardized unstandardized.se",
    "09_synthesis/synthesis":
        "effect kind studies n method est se ci.lower ci.upper pvalue predicted.ci.lower predicted.ci.upper tau2"
        " tau2.ci.lower tau2.ci.upper i2 q q.df q.pvalue",
    "09_synthesis/synthesis_unstandardized":
        "effect kind studies n method est se ci.lower ci.upper pvalue predicted.ci.lower predicted.ci.upper tau2"
        " tau2.ci.lower tau2.ci.upper i2 q q.df q.pvalue",
    "09_synthesis/heterogeneity": "effect kind studies tau tau2 tau2.ci.lower tau2.ci.upper i2 q q.df q.pvalue",
    "09_synthesis/leave_one_out": "effect kind without studies method est ci.lower ci.upper shift tau2 i2",
    "09_synthesis/pooled_correlations": "variable1 variable2 studies n est se ci.lower ci.upper",
    "09_synthesis/homogeneity": _FIT,
    "09_synthesis/masem_fit": _FIT,
    "09_synthesis/masem_parameters": "lhs op rhs est se z pvalue ci.lower ci.upper",
    "09_synthesis/masem_effects": "effect kind est se ci.lower ci.upper method",
    "10_audit/contradictions": _AUDIT,
    "10_audit/audit": _AUDIT,
    "10_audit/not_checkable": _AUDIT,
    "10_audit/formulas": "quantity convention formula n",
    "11_published/parameters": "lhs op rhs est se z pvalue ci.lower ci.upper std.all",
    "11_published/printed_paths": "lhs op rhs quantity printed refit lowest highest difference reproduced",
    "11_published/printed_fit": "measure printed refit lowest highest difference reproduced",
}

# What rests on a standard error or on a test: never shown behind a failed stop.
INFERENCE = frozenset({"se", "z", "t", "pvalue", "ci.lower", "ci.upper", "std.all.se", "std.all.ci.lower",
                       "std.all.ci.upper", "cr.ci.lower", "cr.ci.upper", "ave.ci.lower", "ave.ci.upper", "at85.chisq",
                       "at85.pvalue", "at90.chisq", "at90.pvalue", "problem"})


def of(notebook: str, name: str) -> tuple[str, ...]:
    """Name the columns of a table; a table that nobody promised has one column, `value`.

    Examples
    --------
    >>> of("02_reliability", "validity")
    ('construct', 'cr', 'ave', 'max.htmt')
    """
    own = f"{notebook}/{name}"
    same = [key for key in _REGISTRY if key.endswith(f"/{name}")]  # the summary shows other pages' tables
    return tuple(_REGISTRY.get(own if own in _REGISTRY or not same else same[0], "value").split())


def empty(notebook: str, name: str) -> pd.DataFrame:
    """Make the withheld table: its columns and one row of empty cells."""
    names = of(notebook, name)
    return pd.DataFrame([[None] * len(names)], columns=list(names))


def without_inference(table: pd.DataFrame) -> pd.DataFrame:
    """Blank what a failed stop forbids to show, and keep the estimates that the reader needs to see why.

    ``attrs["stopped"]`` says so: no criterion is held against such a table, for a mark that it meets is no pass.

    Examples
    --------
    >>> without_inference(pd.DataFrame({"est": [1.0], "se": [0.1]})).isna().to_numpy().tolist()
    [[False, True]]
    """
    blank = [name for name in table.columns if name in INFERENCE]
    kept = table.assign(**dict.fromkeys(blank, float("nan")))
    kept.attrs = {**table.attrs, "stopped": True}
    return kept
