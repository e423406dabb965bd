# Standardized residuals beyond complete maximum likelihood -> residuals_*.csv: answers with holes, least squares and
# ordinal answers, and the sizes of residuals (SRMR, CRMR) with their errors, on the children of Holzinger and Swineford.
# Holes: every (10 + i)-th child from child i on lacks item i. Ordinal: the items cut into four equal ranges, x1 and x2
# into two and three, as in residuals_data.csv.
#
# Mind: lavaan 0.6-14 has none for ULS of continuous items (it does not invert the information), and takes the residuals
# of a group to vary with that group's answers alone where estimates are shared. Behind ordinal answers of several groups
# it divides by everybody's n; of mixed ones it gives no z (only the CRMR is kept).
source("lavaan_tables.R")  # loads lavaan; write_tidy(), quietly(), polish()

children <- HolzingerSwineford1939
cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
paths <- paste0(cfa, "\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex")
holed <- children
for (item in 1:9) holed[[paste0("x", item)]][seq(item, 301, by = 10 + item)] <- NA
ordinal <- children
for (item in 1:9) ordinal[[paste0("x", item)]] <- as.integer(cut(children[[paste0("x", item)]], c(2, 3, rep(4, 7))[item]))
write_tidy(ordinal[paste0("x", 1:9)], "residuals_data.csv")
fiml <- function(...) list(..., missing = "ml", em.h1.tol = 1e-12, em.h1.iter.max = 10000)
cases <- list(
  ml = list(cfa, children), means = list(cfa, children, meanstructure = TRUE), mlr = list(cfa, children, estimator = "MLR"),
  groups = list(cfa, children, group = "school"),
  fiml = fiml(cfa, holed), fiml_mlr = fiml(cfa, holed, estimator = "MLR"), fiml_groups = fiml(cfa, holed, group = "school"),
  fiml_x = fiml(paths, holed), fiml_random = fiml(paths, holed, fixed.x = FALSE),
  fiml_complete = fiml(cfa, children),
  gls = list(cfa, children, estimator = "GLS"), gls_means = list(cfa, children, estimator = "GLS", meanstructure = TRUE),
  gls_groups = list(cfa, children, estimator = "GLS", group = "school"),
  wlsmv = list(cfa, ordinal, ordered = TRUE), dwls = list(cfa, ordinal, ordered = TRUE, estimator = "DWLS"),
  ulsmv = list(cfa, ordinal, ordered = TRUE, estimator = "ULSMV"),
  wlsmv_groups = list(cfa, ordinal, ordered = TRUE, group = "school"),
  mixed = list(cfa, ordinal, ordered = paste0("x", 1:6)))
cases$mixed[[2]][paste0("x", 7:9)] <- children[paste0("x", 7:9)]

described <- lapply(names(cases), function(name) {
  args <- c(list(model = cases[[name]][[1]], data = cases[[name]][[2]]), cases[[name]][-(1:2)])
  fit <- quietly(do.call("sem", args))
  if (is.null(args$ordered)) fit <- quietly(polish(args, fit))$fit
  found <- quietly(lavResiduals(fit, zstat = TRUE, output = "list"))
  if (!is.null(found$cov)) found <- list(found)
  groups <- Filter(function(each) is.list(each) && !is.null(each$cov.z), found)
  sizes <- quietly(lavResiduals(fit, type = "cor", zstat = TRUE))
  if (!is.null(sizes$cov)) sizes <- list(sizes)
  sizes <- Filter(function(each) is.list(each) && !is.null(each$cov.z), sizes)
  out <- list(residuals = do.call(rbind, lapply(seq_along(groups), function(g) {
    z <- groups[[g]]$cov.z
    lower <- which(lower.tri(z, diag = TRUE), arr.ind = TRUE)
    table <- data.frame(model = name, group = g, row = rownames(z)[lower[, 1]], column = colnames(z)[lower[, 2]], z = z[lower])
    mean <- if (is.null(groups[[g]]$th.z)) groups[[g]]$mean.z else groups[[g]]$th.z
    if (is.null(mean)) return(table)
    rbind(table, data.frame(model = name, group = g, row = names(mean), column = "", z = as.numeric(mean)))
  })), sizes = do.call(rbind, lapply(seq_along(groups), function(g) do.call(rbind, lapply(list(groups[[g]]$summary, sizes[[g]]$summary), function(found) {
    found <- as.matrix(found)
    data.frame(model = name, group = g, part = rep(colnames(found), each = nrow(found)), measure = sub("cilupper", "ci.upper", rownames(found)), value = c(found))
  })))), crmr = data.frame(model = name, crmr = fitMeasures(fit)["crmr"], crmr_nomean = fitMeasures(fit)["crmr_nomean"], srmr = fitMeasures(fit)["srmr"]))
  out
})
for (kind in c("residuals", "sizes", "crmr")) {
  table <- do.call(rbind, lapply(described, `[[`, kind))
  for (column in names(table)) if (is.double(table[[column]])) table[[column]] <- signif(table[[column]], 9)
  write_tidy(table, paste0("residuals_", if (kind == "residuals") "z" else kind, ".csv"))
}
