# Effect coding of lavaan -> effect_coding_parameters.csv, on the children of Holzinger and Swineford, at the optimum.
source("lavaan_tables.R")

cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
paths <- paste0(cfa, "\nspeed ~ visual + ageyr")
second <- paste0(cfa, "\ng =~ visual + textual + speed")
cases <- list(cfa = list(cfa), means = list(cfa, meanstructure = TRUE), groups = list(cfa, group = "school"),
              equal = list(cfa, group = "school", group.equal = c("loadings", "intercepts")), paths = list(paths),
              second = list(second), std_lv_equal = list(cfa, group = "school", group.equal = "loadings"))
described <- lapply(names(cases), function(name) {
  args <- modifyList(list(model = cases[[name]][[1]], data = HolzingerSwineford1939, fixed.x = TRUE), cases[[name]][-1])
  # the scale of the second group's constructs, where loadings are equal, is the other way to go without a marker
  if (name == "std_lv_equal") args$std.lv <- TRUE else args$effect.coding <- TRUE
  fit <- quietly(do.call("sem", args))
  if (name != "second") fit <- quietly(polish(args, fit))$fit
  list(parameters = cbind(model = name, parameters_of(fit)[c(KEY, "est", "se", "std.all")]))
})
write_all(described, "effect_coding", "parameters")
