# Standardized solution of lavaan with its intervals -> standardized.csv: PoliticalDemocracy, and the children of Holzinger
# and Swineford by MLR with an indirect effect.
source("lavaan_tables.R")

bollen <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60
y1 ~~ y5\ny2 ~~ y4 + y6\nind := a*b"
mediated <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b"
cases <- list(bollen = list(model = bollen, data = PoliticalDemocracy),
              mlr = list(model = mediated, data = HolzingerSwineford1939, estimator = "MLR"))
tables <- lapply(names(cases), function(name) {
  args <- cases[[name]]
  fit <- quietly(polish(args, quietly(do.call("sem", args))))$fit
  cbind(model = name, as.data.frame(standardizedSolution(fit))[c("lhs", "op", "rhs", "est.std", "se", "z", "pvalue", "ci.lower", "ci.upper")])
})
write_tidy(do.call(rbind, tables), "standardized.csv")
