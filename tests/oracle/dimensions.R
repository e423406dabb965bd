# Dimensionality as psych, stats, GPArotation and lavaan compute it, on seeded answers of our own.
#
# Rscript tests/oracle/dimensions.R      writes dimensions_*.csv beside this script (needs GPArotation besides)
# Two sets: `cross`, 15 seven-point items of three correlated factors, four items on two of them; `scales`, the
# answers of measurement_data.csv, three factors. Extraction: psych and stats stop early (relative change of the
# discrepancy 1e-9), so factanal is given a tight stop, and psych's minres is polished here on its own discrepancy.
# Rotations start from the loadings in dimensions_unrotated.csv, so that they are compared by themselves.
suppressMessages({library(psych); library(GPArotation); library(lavaan)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # quietly(), write_tidy()
write_out <- function(table, name) write_tidy(table, paste0("dimensions_", name, ".csv"))

set.seed(20261125)
n <- 320
pattern <- matrix(0, 15, 3)
pattern[1:5, 1] <- c(.8, .75, .7, .6, .5); pattern[6:10, 2] <- c(.8, .7, .7, .6, .45)
pattern[11:15, 3] <- c(.75, .7, .65, .6, .5)
pattern[5, 2] <- .3; pattern[10, 3] <- .35; pattern[15, 1] <- .3; pattern[3, 3] <- -.2
phi <- matrix(c(1, .4, .3, .4, 1, .5, .3, .5, 1), 3)
unique <- 1 - rowSums((pattern %*% phi) * pattern)
latent <- matrix(rnorm(n * 3), n) %*% chol(phi) %*% t(pattern) + matrix(rnorm(n * 15), n) %*% diag(sqrt(unique))
cross <- as.data.frame(matrix(pmin(7, pmax(1, round(4 + 1.3 * latent))), n))
names(cross) <- paste0("x", 1:15)
write.csv(cross, "dimensions_data.csv", row.names = FALSE)
sets <- list(cross = list(data = cross, factors = 3), scales = list(data = read.csv("measurement_data.csv"), factors = 3))

adequacy <- items <- eigen_values <- partial <- solutions <- unrotated <- rotated <- fits <- cors <- list()
add <- function(list, row) { list[[length(list) + 1]] <- row; list }
for (name in names(sets)) {
  x <- sets[[name]]$data; m <- sets[[name]]$factors; p <- ncol(x); n <- nrow(x); R <- cor(x)
  kmo <- KMO(R); sphere <- cortest.bartlett(R, n)
  adequacy <- add(adequacy, data.frame(set = name, kmo = kmo$MSA, chisq = sphere$chisq, df = sphere$df))
  items <- add(items, data.frame(set = name, item = names(x), kmo = as.numeric(kmo$MSAi)))
  pa <- quietly({png(tempfile()); out <- fa.parallel(x, SMC = TRUE, n.iter = 2, plot = FALSE); dev.off(); out})
  eigen_values <- add(eigen_values, data.frame(set = name, position = 1:p, component = pa$pc.values,
                                               factor = pa$fa.values))
  maps <- quietly(vss(R, n = p - 2, n.obs = n, plot = FALSE))$map
  partial <- add(partial, data.frame(set = name, components = seq_along(maps), map = maps))

  ml <- factanal(covmat = R, factors = m, n.obs = n, rotation = "none",
                 control = list(nstart = 10, opt = list(factr = 1, maxit = 5000), lower = .005))
  start <- quietly(fa(R, m, n.obs = n, fm = "minres", rotate = "none"))$uniquenesses
  squares <- function(u) sum(eigen(R - diag(u), symmetric = TRUE, only.values = TRUE)$values[-(1:m)]^2) / 2
  slope <- function(u) { e <- eigen(R - diag(u), symmetric = TRUE)
    -rowSums(sweep(e$vectors[, -(1:m)]^2, 2, e$values[-(1:m)], "*")) }
  low <- optim(start, squares, slope, method = "L-BFGS-B", lower = .005, control = list(factr = 1, maxit = 5000))
  low <- nlminb(low$par, squares, slope, lower = .005, control = list(rel.tol = 1e-15, x.tol = 1e-15))
  solutions <- add(solutions, data.frame(set = name, item = names(x), ml = ml$uniquenesses, minres = low$par))
  fits <- add(fits, data.frame(set = name, chisq.corrected = ml$STATISTIC, df = ml$dof,
    as.list(fitMeasures(efa(x, nfactors = m, rotation = "none", estimator = "ML")[[1]],
                  c("chisq", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper")))))

  e <- eigen(R - diag(low$par), symmetric = TRUE)
  L <- e$vectors[, 1:m] %*% diag(sqrt(e$values[1:m]))
  unrotated <- add(unrotated, setNames(data.frame(name, names(x), L), c("set", "item", paste0("f", 1:m))))
  keep <- function(rotation, found, phi = diag(m)) {
    rotated <<- add(rotated, data.frame(set = name, rotation = rotation, item = rep(names(x), m),
      factor = rep(1:m, each = p), loading = as.numeric(found)))
    cors <<- add(cors, data.frame(set = name, rotation = rotation, factor1 = rep(1:m, m), factor2 = rep(1:m, each = m),
      cor = as.numeric(phi)))
  }
    vari <- varimax(L, eps = 1e-15); keep("varimax", unclass(vari$loadings))
  pro <- promax(vari$loadings, m = 4); turn <- vari$rotmat %*% pro$rotmat
  keep("promax", unclass(pro$loadings), solve(t(turn) %*% turn))
  best <- function(rotate, criterion, ...) {  # the lowest of many starts
    runs <- lapply(1:4, function(i) quietly(rotate(L, Tmat = if (i == 1) diag(m) else Random.Start(m), eps = 1e-8,
                                                    maxit = 3000, ...)))
    runs[[which.min(sapply(runs, function(r) criterion(r$loadings)))]]
  }
  q <- best(oblimin, function(l) { s <- l^2; sum(crossprod(s) * (1 - diag(m))) }); keep("oblimin", q$loadings, q$Phi)
  g <- best(geominQ, function(l) sum(exp(rowMeans(log(l^2 + .01)))), delta = .01); keep("geomin", g$loadings, g$Phi)
}
for (out in c("adequacy", "items", "eigen_values", "partial", "solutions", "fits", "rotated", "cors"))
  write_out(do.call(rbind, get(out)), out)
write_out(do.call(rbind, unrotated), "unrotated")
