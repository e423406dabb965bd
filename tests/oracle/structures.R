# Rival factor models as lavaan fits them, their nested tests, and what a general factor explains -> structures_*.csv
#
# The children of Holzinger & Swineford (they come with lavaan), by ML; and seeded answers of our own with four parts of
# three, four, three and two items, skewed, by MLR. Estimates are polished (lavaan_tables.R).
# Omegas and explained common variance from lavaan's standardized loadings, by their definitions: the part of the implied
# variance of the sum of standardized items that a factor makes up; Schmid-Leiman loadings by matrix products.
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # polish(), quietly(), write_tidy()
write_out <- function(table, name) write_tidy(table, paste0("structures_", name, ".csv"))
fitted <- function(...) quietly(polish(list(...), sem(...)))$fit

set.seed(20261125)
n <- 450
parts <- list(body = paste0("bo", 1:3), data = paste0("da", 1:4), mind = paste0("mi", 1:3), word = paste0("wo", 1:2))
general <- c(.6, .5, .7, .6, .6, .5, .6, .7, .6, .5, .6, .5)
own <- c(.5, .5, .3, .4, .5, .4, .3, .4, .4, .5, .4, .4)
owner <- rep(1:4, lengths(parts))
factors <- matrix(rnorm(n * 5), n)
latent <- outer(factors[, 5], general) + factors[, owner] * rep(own, each = n) +
  matrix(rnorm(n * 12), n) * rep(sqrt(1 - general^2 - own^2), each = n)
answers <- as.data.frame(round(rep(c(1, 2, .5), each = n) * exp(.35 * latent), 4))
names(answers) <- unlist(parts)
write.csv(answers, "structures_data.csv", row.names = FALSE)

cases <- list(
  children = list(data = HolzingerSwineford1939, estimator = "ML",
                  parts = list(visual = paste0("x", 1:3), textual = paste0("x", 4:6), speed = paste0("x", 7:9))),
  answers = list(data = answers, estimator = "MLR", parts = parts))

line <- function(name, items) paste(name, "=~", paste(items, collapse = " + "))
# Fixed at variance 1, all loadings free, uncorrelated; the loadings of two items equal.
bifactor <- function(parts) {
  lines <- c(paste0("whole =~ NA*", paste(unlist(parts), collapse = " + ")), "whole ~~ 1*whole")
  for (name in names(parts)) {
    items <- parts[[name]]
    mine <- if (length(items) == 2) paste0("NA*", items[1], " + same*", paste(items, collapse = " + same*"))
            else paste0("NA*", paste(items, collapse = " + "))
    lines <- c(lines, paste(name, "=~", mine), paste(name, "~~ 1*", name))
  }
  pairs <- combn(c("whole", names(parts)), 2)
  c(lines, paste(pairs[1, ], "~~ 0*", pairs[2, ]))
}

measures <- tests <- loadings <- indices <- list()
wanted <- c("npar", "chisq", "df", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "aic", "bic")
for (case in names(cases)) {
  of <- cases[[case]]
  declared <- unlist(Map(line, names(of$parts), of$parts))
  models <- list(one_factor = line("whole", unlist(of$parts)), correlated = declared,
                 second_order = c(declared, line("whole", names(of$parts))), bifactor = bifactor(of$parts))
  fits <- lapply(models, function(model) fitted(model = paste(model, collapse = "\n"), data = of$data,
                                                estimator = of$estimator))
  for (name in names(fits)) {
    found <- quietly(fitMeasures(fits[[name]]))
    for (measure in wanted) {
      form <- Filter(function(each) each %in% names(found), paste0(measure, c(".robust", ".scaled", "")))[1]
      if (measure %in% c("npar", "df")) form <- measure
      measures[[length(measures) + 1]] <- data.frame(case = case, structure = name, measure = measure,
                                                     value = as.numeric(found[form]))
    }
  }
  pairs <- if (length(of$parts) == 3) list(c("one_factor", "correlated"), c("correlated", "bifactor"))
           else list(c("one_factor", "correlated"), c("second_order", "correlated"), c("second_order", "bifactor"))
  for (pair in pairs) {
    found <- as.data.frame(quietly(lavTestLRT(fits[[pair[1]]], fits[[pair[2]]])))
    tests[[length(tests) + 1]] <- data.frame(case = case, smaller = pair[1], larger = pair[2],
      delta.chisq = found[2, "Chisq diff"], delta.df = found[2, "Df diff"], delta.pvalue = found[2, "Pr(>Chisq)"])
  }
  lambda <- quietly(lavInspect(fits$bifactor, "std"))$lambda
  second <- lavInspect(fits$second_order, "std")
  gamma <- second$beta[names(of$parts), "whole"]
  first <- second$lambda[, names(of$parts)]
  by_basis <- list(bifactor = lambda, schmid_leiman = cbind(whole = first %*% gamma,
                                                            first %*% diag(sqrt(1 - gamma^2))))
  for (basis in names(by_basis)) {
    loads <- by_basis[[basis]]
    colnames(loads) <- c("whole", names(of$parts))
    theta <- diag(1 - rowSums(loads^2))
    for (row in c("whole", names(of$parts))) {
      items <- if (row == "whole") unlist(of$parts) else of$parts[[row]]
      mine <- loads[match(items, rownames(loads)), , drop = FALSE]
      at <- match(items, rownames(loads))
      implied <- sum(loads[at, ] %*% t(loads[at, ]) + theta[at, at])
      shared <- colSums(mine)^2
      indices[[length(indices) + 1]] <- data.frame(case = case, basis = basis, construct = row,
        omega = sum(shared) / implied, omega.h = shared[[1]] / implied,
        omega.hs = if (row == "whole") NA else sum(shared[-1]) / implied, ecv = sum(mine[, 1]^2) / sum(mine^2))
    }
    loadings[[length(loadings) + 1]] <- data.frame(case = case, basis = basis, item = rownames(loads),
      general.loading = loads[, "whole"], group.loading = rowSums(loads[, -1]))
  }
}
write_out(do.call(rbind, measures), "measures")
write_out(do.call(rbind, tests), "tests")
write_out(do.call(rbind, loadings), "loadings")
write_out(do.call(rbind, indices), "indices")
