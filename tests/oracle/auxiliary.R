# Full information with auxiliary variables (saturated correlates) -> auxiliary_*.csv: the children of Holzinger and
# Swineford with holes that depend on an age that no model here knows, and random models. semTools adds the auxiliaries and
# fits the baseline model that keeps them saturated.
#
# srmr.own: lavaan's own counts residuals of the auxiliaries, which are next to zero; here it is over the model's variables.
source("lavaan_tables.R")
suppressMessages(library(semTools))

# The same integers in tests/sem/test_auxiliaries_oracle.py; row and column count from 1.
punch <- function(data, columns, driver) {
  high <- data[[driver]] > mean(data[[driver]])
  for (column in seq_along(columns)) {
    row <- seq_len(nrow(data))
    chance <- (row * 7919 + column * 104729 + row * column * 31) %% 997
    data[[columns[column]]][chance < ifelse(high, 260, 50)] <- NA
  }
  data
}
noisy <- function(x, by) x + sd(x) * ((seq_along(x) * by) %% 97) / 40

children <- HolzingerSwineford1939
drawn <- read.csv("robust_drawn.csv")
children$branch <- drawn$branch
children$weight <- drawn$weight
children$sex <- as.numeric(children$sex)
children$age <- children$ageyr + children$agemo / 12
holed <- punch(children, paste0("x", 1:9), "age")

cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
two <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
paths <- paste0(cfa, "\nspeed ~ visual + sex\ntextual ~ sex")
mediated <- paste0(cfa, "\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b\ntotal := c + a*b")
observed <- "x9 ~ x4 + x1 + sex\nx4 ~ x1"
cases <- list(
  ml = list(cfa, "age"), mlr = list(cfa, "age", estimator = "MLR"),
  ml_holes = list(two, c("age", "x7", "x8", "x9")), mlr_holes = list(two, c("age", "x7", "x8", "x9"), estimator = "MLR"),
  mlr_x = list(paths, "age", estimator = "MLR"), ml_defined = list(mediated, "age"),
  mlr_observed = list(observed, c("age", "x5"), estimator = "MLR"), ml_std = list(two, c("x8", "age"), std.lv = TRUE),
  ml_groups = list(cfa, "age", group = "school", group.equal = c("loadings", "intercepts")),
  mlr_groups = list(cfa, "age", group = "school", group.equal = "loadings", estimator = "MLR"),
  cluster = list(cfa, "age", estimator = "MLR", cluster = "branch"),
  weights = list(cfa, "age", estimator = "MLR", sampling.weights = "weight"))
sources <- lapply(cases, function(case) {
  args <- modifyList(list(model = case[[1]], data = holed), case[-(1:2)])
  c(args, list(aux = case[[2]]))
})

models <- read_models("random_models.csv")
for (i in seq_len(nrow(models))) {
  file <- file.path("random_data", paste0(models$model[i], ".csv"))
  if (!file.exists(file)) next
  data <- read.csv(file, encoding = "UTF-8")
  holes <- setdiff(names(data), "group")
  holes <- holes[!grepl("^z", holes)]
  models$meanstructure[i] <- "TRUE"
  punched <- punch(data, holes[-1], holes[1])
  punched$beside1 <- noisy(data[[holes[2]]], 31)
  punched$beside2 <- noisy(-data[[holes[3]]], 57)
  source <- list(data = punched)
  if (!is.null(data$group)) source$group <- "group"
  args <- arguments(models[i, ], source)
  args$fixed.x <- NULL
  args$estimator <- if (i %% 2) "ML" else "MLR"
  sources[[models$model[i]]] <- c(args, list(aux = c("beside1", "beside2")))
}

own_srmr <- function(fit, aux) {
  n <- lavInspect(fit, "nobs")
  observed <- lavInspect(fit, "sampstat")
  implied <- lavInspect(fit, "implied")
  if (length(n) == 1) { observed <- list(observed); implied <- list(implied) }
  each <- mapply(function(s, m) {
    kept <- setdiff(rownames(s$cov), aux)
    sd <- sqrt(diag(s$cov[kept, kept]))
    left <- ((s$cov - m$cov)[kept, kept] / outer(sd, sd))
    left <- c(left[lower.tri(left, diag = TRUE)], (s$mean - m$mean)[kept] / sd)
    sqrt(mean(left^2))
  }, observed, implied)
  sum(n * each) / sum(n)
}

WANTED <- c("chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "logl", "unrestricted.logl", "ntotal",
            "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "chisq.scaled", "chisq.scaling.factor", "baseline.chisq.scaled",
            "baseline.chisq.scaling.factor", "cfi.scaled", "tli.scaled", "rmsea.scaled", "npar")

# Told to stop late, lavaan's search for the baseline model fails; the usual stop is up to .02 SE short of the optimum.
described <- lapply(names(sources), function(name) {
  args <- c(sources[[name]], list(em.h1.tol = 1e-12, em.h1.iter.max = 20000))
  fit <- tryCatch(quietly(do.call("sem.auxiliary", args)), error = function(e) { message(conditionMessage(e)); NULL })
  measures <- tryCatch(fitMeasures(fit), error = function(e) NULL)
  if (is.null(measures)) { message(name, ": no solution"); return(list()) }
  message(name)
  aux <- sources[[name]]$aux
  parameters <- cbind(model = name, parameters_of(fit))
  parameters <- parameters[!(parameters$lhs %in% aux | parameters$rhs %in% aux), ]
  measures <- measures[names(measures) %in% WANTED]
  measures <- c(measures, srmr.own = own_srmr(fit, aux), npar.beside = sum(parTable(fit)$free > 0 &
    (parTable(fit)$lhs %in% aux | parTable(fit)$rhs %in% aux)))
  list(parameters = parameters[c("model", KEY, "est", "se", "std.all", "std.all.se")],
       measures = data.frame(model = name, measure = names(measures), value = as.numeric(measures)))
})
write_all(described, "auxiliary", c("parameters", "measures"))
