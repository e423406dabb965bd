# Models of ordinal items of many shapes as lavaan fits them, on seeded answers of our own.
#
# Rscript tests/oracle/ordinal_fit.R      writes ordinal_fit_*.csv beside this script
# Mind: lavaan stops 1e-5 to 6e-5 of a standard error short of the optimum; tests allow for it.
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy(), quietly()

# Three factors with three indicators each (y1..y9), an outcome of F3 (z), continuous variables (x1..x3), two groups
# that differ in means and spread, items cut into the given numbers of categories.
draw <- function(seed, n, categories) {
  set.seed(seed)
  g <- rep(c("a", "b"), c(round(.45 * n), n - round(.45 * n)))
  f1 <- rnorm(n) * ifelse(g == "a", 1, 1.2) + ifelse(g == "a", 0, .3)
  f2 <- .5 * f1 + .85 * rnorm(n)
  f3 <- .3 * f1 + .4 * f2 + .8 * rnorm(n)
  load <- runif(9, .55, .85)
  y <- sapply(1:9, function(i) load[i] * list(f1, f2, f3)[[(i - 1) %/% 3 + 1]] + sqrt(1 - load[i]^2) * rnorm(n))
  y[, 5] <- y[, 5] + .2 * y[, 1]  # no model holds exactly
  z <- .6 * f3 + .8 * rnorm(n)
  cut_into <- function(v, k) {
    at <- qnorm(seq_len(k - 1) / k) + runif(1, -.3, .3)
    as.integer(cut(v, c(-Inf, at, Inf)))
  }
  out <- as.data.frame(sapply(1:9, function(i) cut_into(y[, i], categories[(i - 1) %% length(categories) + 1])))
  names(out) <- paste0("y", 1:9)
  out$z <- cut_into(z, 4)
  out$x1 <- round(10 + 3 * (.7 * f1 + .7 * rnorm(n)), 3)
  out$x2 <- round(.7 * f2 + .7 * rnorm(n), 3)
  out$x3 <- round(50 + 20 * rnorm(n) + 8 * f1, 2)
  out$g <- g
  holes <- matrix(runif(n * 9) < .08, n)
  for (i in 1:9) out[[paste0("m", i)]] <- ifelse(holes[, i], NA, out[[paste0("y", i)]])
  out
}
data <- list(five = draw(11, 420, 5), few = draw(12, 380, c(3, 2, 4)), three = draw(13, 500, 3))
write.csv(do.call(rbind, lapply(names(data), function(name) cbind(set = name, data[[name]]))), "ordinal_fit_data.csv",
          row.names = FALSE, quote = FALSE, na = "")

factors <- "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9"
paths <- "\nF2 ~ F1\nF3 ~ F1 + F2"
holed <- gsub("y", "m", factors)
# thresholds equal, intercepts and scales of the responses free in the second group (three and more categories)
cuts <- paste0("y", 1:3, " | c(a", 1:3, ", a", 1:3, ")*t1 + c(b", 1:3, ", b", 1:3, ")*t2 + c(d", 1:3, ", d", 1:3,
               ")*t3 + c(e", 1:3, ", e", 1:3, ")*t4", collapse = "\n")
freed <- paste0("y", 1:3, " ~*~ c(1, NA)*y", 1:3, "\ny", 1:3, " ~ c(0, NA)*1", collapse = "\n")
model <- function(id, set, text, estimator = "WLSMV", group = "", equal = "", missing = "listwise", std_lv = FALSE,
                  fixed_x = TRUE, continuous = "") {
  data.frame(id, set, text, estimator, group, equal, missing, std_lv, fixed_x, continuous)
}
models <- rbind(
  model("five", "five", factors),
  model("paths", "five", paste0(factors, paths), std_lv = TRUE),
  model("few", "few", factors),
  model("binary", "few", "F1 =~ y2 + y5 + y8\nF2 =~ y1 + y4 + y7"),
  model("covariance", "three", paste0(factors, "\ny1 ~~ y5\ny2 ~~ y3")),
  model("defined", "three", "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9\nF2 ~ a*F1\nF3 ~ b*F2\nab := a*b"),
  model("second_order", "five", paste0(factors, "\nG =~ F1 + F2 + F3")),
  model("mixed", "few", "F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + y6\nF2 ~ F1"),
  model("mixed_wide", "five", "F1 =~ x3 + x1 + y1 + y2\nF2 =~ y4 + y5 + y6\nF2 ~ F1"),
  model("outcome", "three", "F3 =~ y7 + y8 + y9\nz ~ F3"),
  model("predictor", "five", "F1 =~ y1 + y2 + y3\nF1 ~ x2", fixed_x = FALSE),
  model("pairwise", "five", paste0(holed, paths), missing = "pairwise"),
  model("pairwise_few", "few", holed, missing = "pairwise"),
  model("listwise", "three", holed),
  model("groups", "few", factors, group = "g"),
  model("groups_loadings", "five", factors, group = "g", equal = "loadings"),
  model("groups_paths", "three", paste0(factors, paths), group = "g", equal = "loadings regressions lv.variances"),
  model("groups_thresholds", "five", factors, group = "g", equal = "loadings thresholds"),
  model("groups_means", "three", factors, group = "g", equal = "loadings thresholds means"),
  model("groups_mixed", "five", "F1 =~ y1 + y2 + x1\nF2 =~ y4 + y5 + y6", group = "g", equal = "loadings thresholds"),
  model("groups_pairwise", "five", holed, group = "g", equal = "loadings", missing = "pairwise"),
  model("responses", "five", paste0("F1 =~ y1 + y2 + y3\nF1 ~~ c(1, 1)*F1\nF1 ~ c(0, 0)*1\n", cuts, "\n", freed),
        group = "g", std_lv = TRUE),
  model("dwls", "five", factors, estimator = "DWLS"),
  model("dwls_groups", "three", factors, estimator = "DWLS", group = "g", equal = "loadings"),
  model("ulsmv", "few", factors, estimator = "ULSMV"),
  model("ulsmv_mixed", "few", "F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + y6", estimator = "ULSMV"),
  model("uls", "three", factors, estimator = "ULS"))
write.csv(models, "ordinal_fit_models.csv", row.names = FALSE)

arguments_of <- function(one) {
  used <- lavNames(lavaanify(one$text, ngroups = if (nzchar(one$group)) 2 else 1), "ov")
  ordered <- setdiff(used, c("x1", "x2", "x3", strsplit(one$continuous, " ")[[1]]))
  args <- list(one$text, data[[one$set]], ordered = ordered, estimator = one$estimator, missing = one$missing,
               std.lv = one$std_lv)
  if (nzchar(one$group)) args$group <- one$group
  if (nzchar(one$equal)) args$group.equal <- strsplit(one$equal, " ")[[1]]
  if (!one$fixed_x) args <- c(args, list(fixed.x = FALSE, conditional.x = FALSE))
  args
}

# The larger and the smaller model of each nested test.
nested <- rbind(
  cbind(test = "loadings", rbind(model("larger", "five", factors, group = "g"),
                                 model("smaller", "five", factors, group = "g", equal = "loadings"))),
  cbind(test = "thresholds", rbind(model("larger", "five", factors, group = "g", equal = "loadings"),
                                   model("smaller", "five", factors, group = "g", equal = "loadings thresholds"))),
  cbind(test = "path", rbind(model("larger", "three", paste0(factors, "\nF2 ~ F1\nF3 ~ F2 + F1")),
                             model("smaller", "three", paste0(factors, "\nF2 ~ F1\nF3 ~ F2 + 0*F1")))),
  cbind(test = "pairwise", rbind(model("larger", "few", holed, missing = "pairwise"),
                                 model("smaller", "few", paste0(holed, "\nF1 ~~ 0*F3"), missing = "pairwise"))),
  cbind(test = "ulsmv", rbind(model("larger", "five", factors, estimator = "ULSMV"),
                              model("smaller", "five", gsub("y2", "1*y2", factors), estimator = "ULSMV"))),
  cbind(test = "mixed", rbind(model("larger", "few", "F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + y6\nF2 ~ F1"),
                              model("smaller", "few", "F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + 1*y6\nF2 ~ 0*F1"))))
write.csv(nested, "ordinal_fit_nested.csv", row.names = FALSE)
differences <- lapply(unique(nested$test), function(name) {
  fits <- lapply(1:2, function(at) quietly(do.call("sem", arguments_of(nested[nested$test == name, ][at, ]))))
  found <- quietly(lavTestLRT(fits[[1]], fits[[2]]))
  data.frame(test = name, chisq.diff = found[2, "Chisq diff"], df.diff = found[2, "Df diff"], pvalue = found[2, "Pr(>Chisq)"])
})
write_tidy(do.call(rbind, differences), "ordinal_fit_differences.csv")

forms <- c("chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "baseline.pvalue", "cfi", "tli", "nfi", "rmsea",
           "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue")
told <- c("npar", "fmin", "ntotal", "srmr", forms, paste0(forms, ".scaled"), "chisq.scaling.factor",
          "baseline.chisq.scaling.factor")
told <- told[told != "ntotal"]
measures <- parameters <- list()
for (at in seq_len(nrow(models))) {
  one <- models[at, ]
  fit <- quietly(do.call("sem", arguments_of(one)))
  if (!lavInspect(fit, "converged")) stop(one$id, " did not converge")
  found <- fitMeasures(fit)
  kept <- intersect(told, names(found))
  measures[[at]] <- data.frame(model = one$id, measure = c(kept, "ntotal"), value = c(as.numeric(found[kept]), lavInspect(fit, "ntotal")))
  parameters[[at]] <- cbind(model = one$id, parameters_of(fit))
}
write_tidy(do.call(rbind, measures), "ordinal_fit_measures.csv")
table <- do.call(rbind, parameters)
table <- table[table$se > 0 | table$op == "~~" , c("model", KEY, "est", "se", "std.lv", "std.all", "std.all.se")]
for (name in names(table)) if (is.double(table[[name]])) table[[name]] <- signif(table[[name]], 7)
write_tidy(table, "ordinal_fit_parameters.csv")
