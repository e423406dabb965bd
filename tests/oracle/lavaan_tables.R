# What lavaan says about one model, as tidy tables. Sourced by sem_*.R; writes nothing itself.
#
# Each model is described twice: where lavaan stops by default (columns *.default), and at the optimum that Fisher scoring
# with lavaan's own gradient and information reaches from there; the default stop is 1e-5 to 3e-2 of an SE short of it.
suppressMessages(library(lavaan))

MEASURES <- c("npar", "fmin", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "nfi", "logl",
              "unrestricted.logl", "aic", "bic", "bic2", "ntotal", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper",
              "rmsea.pvalue", "srmr")
ROUNDING <- 1e-12  # by which the objective may seem to rise near the optimum
IDENTIFIED <- 1e-12  # reciprocal condition below which lavaan's standard errors are the rounding of nothing
VCOV_UP_TO <- 21  # free parameters; larger matrices would only make the repository heavy
GRADIENT <- 1e-11  # of the discrepancy F/2; where polishing ends
KEY <- c("lhs", "op", "rhs", "group")

# lavaan warns, and prints matrices that are not proper; what matters of that stands in the status table.
quietly <- function(value) {
  capture.output(value <- suppressWarnings(value))
  value
}

write_tidy <- function(table, file) {
  for (name in names(table)) if (is.double(table[[name]])) {
    table[[name]] <- ifelse(is.na(table[[name]]), "", sprintf("%.15g", table[[name]]))
  }
  write.csv(table, file, row.names = FALSE, quote = TRUE, na = "", fileEncoding = "UTF-8")
}

read_models <- function(file) {
  read.csv(file, colClasses = "character", encoding = "UTF-8")
}

# Covariances, means and n by group, from a long table (a mean stands in column "1").
moments_of <- function(table, model, n) {
  table <- table[table$model == model, ]
  groups <- unique(table$group)
  one <- function(group, what) {
    part <- table[table$group == group, ]
    means <- part[part$column == "1", ]
    if (what == "mean") return(setNames(means$value, means$row))
    cov <- part[part$column != "1", ]
    matrix <- matrix(0, nrow(means), nrow(means), dimnames = list(means$row, means$row))
    matrix[cbind(cov$row, cov$column)] <- cov$value
    matrix[cbind(cov$column, cov$row)] <- cov$value
    matrix
  }
  covs <- setNames(lapply(groups, one, "cov"), groups)
  means <- setNames(lapply(groups, one, "mean"), groups)
  n <- as.numeric(strsplit(n, " ")[[1]])
  if (length(groups) == 1) return(list(sample.cov = covs[[1]], sample.mean = means[[1]], sample.nobs = n))
  list(sample.cov = covs, sample.mean = means, sample.nobs = as.list(n))
}

# The arguments of sem() for one row of a table of models; `source` holds data = or sample.cov = ...
arguments <- function(row, source) {
  means <- as.logical(row$meanstructure)
  if (!means) source$sample.mean <- NULL
  args <- c(list(model = row$text, std.lv = as.logical(row$std_lv), fixed.x = as.logical(row$fixed_x),
                 meanstructure = means), source)
  if (nzchar(row$group_equal)) args$group.equal <- strsplit(row$group_equal, " ")[[1]]
  args
}

# lavaan at given parameter values: objective, gradient, information, and with se = everything it reports.
at_values <- function(args, table, x, ...) {
  free <- table$free > 0
  table$est[free] <- x[table$free[free]]
  args <- modifyList(c(args, list(start = table, optim.method = "none")), list(...))
  quietly(do.call("sem", args))
}

free_directions <- function(fit) {
  if (fit@Model@eq.constraints) fit@Model@eq.constraints.K else diag(max(parTable(fit)$free))
}

# Information about the free directions, with a unit diagonal, so that items of unlike widths count alike.
scaled_information <- function(fit) {
  K <- free_directions(fit)
  information <- t(K) %*% lavInspect(fit, "information.expected") %*% K
  scale <- 1 / sqrt(diag(information))
  list(K = K, scale = scale, matrix = scale * t(scale * information))
}

# Fisher scoring from lavaan's default stop, in the directions that its equality constraints leave free.
polish <- function(args, fit) {
  table <- parTable(fit)
  look <- function(x) at_values(args, table, x, se = "none", test = "none", baseline = FALSE)
  x <- table$est[match(seq_len(max(table$free)), table$free)]
  here <- look(x)
  for (round in 1:80) {
    gradient <- crossprod(free_directions(here), as.numeric(lavInspect(here, "gradient")))
    if (max(abs(gradient)) < GRADIENT) break
    info <- scaled_information(here)
    step <- info$K %*% (info$scale * solve(info$matrix, info$scale * gradient))
    for (halving in 0:10) {
      there <- look(x - as.numeric(step) / 2^halving)
      if (isTRUE(there@optim$fx <= here@optim$fx + ROUNDING)) break
    }
    x <- x - as.numeric(step) / 2^halving
    here <- there
  }
  list(fit = at_values(args, table, x), gradient = max(abs(gradient)))
}

parameters_of <- function(fit) {
  table <- as.data.frame(parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE))
  if (is.null(table$group)) table$group <- 1
  if (is.null(table$label)) table$label <- ""
  std <- as.data.frame(standardizedSolution(fit, type = "std.all"))
  if (is.null(std$group)) std$group <- 1
  table$group[table$op == ":="] <- 0
  std$group[std$op == ":="] <- 0
  id <- function(x) do.call(paste, x[KEY])
  table$std.all.se <- std$se[match(id(table), id(std))]
  table[!table$op %in% c("==", "<", ">"),
        c(KEY, "label", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "std.lv", "std.all", "std.all.se")]
}

measures_of <- function(fit, fit_default) {
  fit@baseline <- fit_default@baseline  # at given values lavaan does not look for the baseline's optimum either
  value <- function(x) as.numeric(fitMeasures(x, MEASURES))
  data.frame(measure = MEASURES, value = value(fit), value.default = value(fit_default))
}

as_groups <- function(x) if (is.list(x) && !is.null(x$cov)) list(x) else x

matrices_of <- function(fit) {
  implied <- as_groups(lavInspect(fit, "implied"))
  tables <- lapply(seq_along(implied), function(g) {
    cov <- implied[[g]]$cov
    names <- rownames(cov)
    lower <- which(lower.tri(cov, diag = TRUE), arr.ind = TRUE)
    table <- data.frame(group = g, row = names[lower[, 1]], column = names[lower[, 2]], implied = cov[lower])
    mean <- implied[[g]]$mean
    if (is.null(mean)) return(table)
    rbind(table, data.frame(group = g, row = names, column = "1", implied = as.numeric(mean)))
  })
  do.call(rbind, tables)
}

r2_of <- function(fit) {
  r2 <- lavInspect(fit, "r2")
  if (!is.list(r2)) r2 <- list(r2)
  do.call(rbind, lapply(seq_along(r2), function(g) {
    if (!length(r2[[g]])) return(NULL)
    data.frame(group = g, variable = names(r2[[g]]), r2 = as.numeric(r2[[g]]))
  }))
}

vcov_of <- function(fit) {
  v <- vcov(fit)
  if (nrow(v) > VCOV_UP_TO) return(NULL)
  free <- parTable(fit)
  free <- free[free$free > 0, ]
  id <- paste0(free$lhs, " ", free$op, " ", free$rhs, " ", free$group)[order(free$free)]
  lower <- which(lower.tri(v, diag = TRUE), arr.ind = TRUE)
  data.frame(row = id[lower[, 1]], column = id[lower[, 2]], vcov = unname(v[lower]))
}

# Whether a solution exists and is proper, without the wording of any message.
status_of <- function(args) {
  fit <- tryCatch(quietly(do.call("sem", args)), error = function(e) NULL)
  blank <- data.frame(error = TRUE, converged = NA, standard.errors = NA, condition = NA_real_, proper = NA, df = NA_real_, npar = NA_real_,
                      fmin = NA_real_, smallest.variance = NA_real_, smallest.variance.z = NA_real_,
                      smallest.eigenvalue = NA_real_)
  if (is.null(fit)) return(list(fit = NULL, row = blank))
  converged <- lavInspect(fit, "converged")
  table <- suppressWarnings(parameterEstimates(fit))
  variances <- table[table$op == "~~" & table$lhs == table$rhs, ]
  least <- which.min(variances$est)
  latent <- lavInspect(fit, "cov.lv")
  if (!is.list(latent)) latent <- list(latent)
  least_eigen <- suppressWarnings(min(sapply(latent, function(m) if (length(m)) min(eigen(m, TRUE, TRUE)$values) else NA)))
  v <- tryCatch(suppressWarnings(vcov(fit)), error = function(e) NULL)
  has_se <- converged && !is.null(v) && all(is.finite(v))
  condition <- tryCatch(rcond(scaled_information(fit)$matrix), error = function(e) NA_real_)
  row <- data.frame(error = FALSE, converged = converged, standard.errors = has_se, condition = condition,
                    proper = quietly(lavInspect(fit, "post.check")), df = unname(fit@test[[1]]$df),
                    npar = max(parTable(fit)$free), fmin = fit@optim$fx, smallest.variance = variances$est[least],
                    smallest.variance.z = if (has_se) variances$z[least] else NA_real_, smallest.eigenvalue = least_eigen)
  list(fit = fit, row = row)
}

# Everything about one model; NULL tables where there is no solution to describe.
describe <- function(model, args) {
  status <- status_of(args)
  out <- list(status = cbind(model = model, status$row))
  solved <- isTRUE(status$row$standard.errors) && status$row$condition > IDENTIFIED
  if (!solved) return(out)
  default <- status$fit
  polished <- polish(args, default)
  fit <- polished$fit
  out$status$fmin.polished <- fitMeasures(fit, "fmin")[[1]]
  out$status$gradient.polished <- polished$gradient
  parameters <- parameters_of(fit)
  plain <- parameters_of(default)
  parameters$est.default <- plain$est
  add <- function(table) if (is.null(table)) NULL else cbind(model = model, table)
  out$parameters <- add(parameters)
  out$measures <- add(measures_of(fit, default))
  out$matrices <- add(matrices_of(fit))
  out$r2 <- add(r2_of(fit))
  out$vcov <- add(vcov_of(fit))
  out
}

write_all <- function(described, prefix, tables = c("status", "parameters", "measures", "matrices", "r2", "vcov")) {
  for (name in tables) {
    parts <- Filter(Negate(is.null), lapply(described, `[[`, name))
    columns <- unique(unlist(lapply(parts, names)))
    parts <- lapply(parts, function(part) { part[setdiff(columns, names(part))] <- NA_real_; part[columns] })
    write_tidy(do.call(rbind, parts), paste0(prefix, "_", name, ".csv"))
  }
}
