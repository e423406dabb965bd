# Invariance of ordinal items in the order of Wu & Estabrook (2016) -> ordinal_invariance_*.csv: semTools writes the model
# of each level (measEq.syntax), lavaan fits it by WLSMV and tests each against the one before. Answers are drawn here.
source("lavaan_tables.R")
suppressMessages(library(semTools))

set.seed(6402)
LOADING <- c(1, 0.8, 0.9, 0.7, 0.9, 0.8, 1)
MODEL <- "f =~ a1 + a2 + a3 + a4\nh =~ b1 + b2 + b3"
ITEMS <- c(paste0("a", 1:4), paste0("b", 1:3))
draw <- function(n, cuts, mean = 0, variance = 1, shift = rep(0, 7), noise = rep(1, 7)) {
  f <- rnorm(n, mean, sqrt(variance))
  h <- 0.5 * f + rnorm(n, sd = 0.8)
  answers <- sapply(seq_along(ITEMS), function(item) {
    response <- shift[item] + LOADING[item] * (if (item < 5) f else h) + rnorm(n, sd = sqrt(noise[item]))
    findInterval(response, cuts[[item]]) + 1
  })
  setNames(as.data.frame(answers), ITEMS)
}
five <- rep(list(c(-1.3, -0.4, 0.6, 1.5)), 7)
three <- rep(list(c(-0.7, 0.8)), 7)
both <- c(rep(list(c(-0.9, 0.9)), 3), rep(list(c(-1.2, 0.2, 1)), 4))
two <- rep(list(0.3), 7)
groups <- function(...) { parts <- list(...); do.call(rbind, Map(cbind, parts, group = LETTERS[seq_along(parts)])) }
STUDIES <- list(
  five = groups(draw(350, five), draw(300, five, 0.4, 1.3, noise = c(1, 1, 1.4, 1, 1, 1, 1))),
  three = groups(draw(260, three), draw(280, three, -0.3), draw(300, three, 0.2, 1.2, shift = c(0, 0.5, 0, 0, 0, 0, 0))),
  both = groups(draw(400, both), draw(330, both, 0.3, 0.8)),
  two = groups(draw(500, two), draw(450, two, 0.3)))
STEPS <- list(configural = "", thresholds = "thresholds", loadings = c("thresholds", "loadings"),
              intercepts = c("thresholds", "loadings", "intercepts"),
              residuals = c("thresholds", "loadings", "intercepts", "residuals"))
WITHOUT <- list(five = character(), three = "thresholds", both = character(), two = c("thresholds", "loadings", "intercepts"))
MEASURES <- c("chisq", "chisq.scaled", "df.scaled", "pvalue.scaled", "cfi.scaled", "tli.scaled", "rmsea.scaled", "srmr",
              "baseline.chisq.scaled", "baseline.df.scaled", "chisq.scaling.factor")

tables <- list()
for (study in names(STUDIES)) {
  data <- STUDIES[[study]]
  tables$data[[study]] <- cbind(study = study, data)
  fits <- lapply(STEPS[setdiff(names(STEPS), WITHOUT[[study]])], function(equal) {
    syntax <- do.call(measEq.syntax, list(configural.model = MODEL, data = data, ordered = ITEMS, group = "group",
      parameterization = "theta", ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group.equal = equal))
    look <- function(...) quietly(cfa(as.character(syntax), data = data, group = "group", ordered = ITEMS,
                                      parameterization = "theta", estimator = "WLSMV", ...))
    closer <- look(control = list(rel.tol = 1e-13))  # some searches then end in "false convergence" at the same place
    if (lavInspect(closer, "converged")) closer else look()
  })
  for (level in names(fits)) tables$measures[[length(tables$measures) + 1]] <-
    data.frame(study = study, level = level, measure = MEASURES, value = as.numeric(fitMeasures(fits[[level]], MEASURES)))
  for (at in seq_along(fits)[-1]) {
    test <- quietly(lavTestLRT(fits[[at]], fits[[at - 1]]))
    tables$differences[[length(tables$differences) + 1]] <- data.frame(study = study, level = names(fits)[at],
      chisq.diff = test[2, "Chisq diff"], df.diff = test[2, "Df diff"], pvalue = test[2, "Pr(>Chisq)"])
  }
  strictest <- if (study == "two") "residuals" else "intercepts"
  shown <- parameterEstimates(fits[[strictest]])
  shown <- shown[shown$op == "~1" & shown$lhs %in% c("f", "h") & shown$group > 1, ]
  latent <- lavInspect(fits[[strictest]], "cov.lv")
  n <- lavInspect(fits[[strictest]], "nobs")
  pooled <- sqrt(Reduce(`+`, Map(function(each, n) n * diag(each), latent, n)) / sum(n))
  tables$means[[length(tables$means) + 1]] <- cbind(study = study, construct = shown$lhs, group = LETTERS[shown$group],
    shown[c("est", "se", "ci.lower", "ci.upper")], d = shown$est / pooled[shown$lhs])
}
for (name in names(tables)) write_tidy(do.call(rbind, tables[[name]]), paste0("ordinal_invariance_", name, ".csv"))
