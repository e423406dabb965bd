# `make oracle`: draw the random models, fit everything in R, write every CSV here. Review the diff afterwards.
#
# Rscript tests/oracle/run_all.R [script.R ...]     without arguments: all scripts
# PYTHON names the interpreter that draws the models (numpy and pandas); by default the project's own.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))
setwd(here)

own_python <- file.path("..", "..", ".venv", if (.Platform$OS.type == "windows") "Scripts/python.exe" else "bin/python")
python <- Sys.getenv("PYTHON", if (file.exists(own_python)) own_python else "python3")
rscript <- file.path(R.home("bin"), "Rscript")

must <- function(program, script) {
  message(script)
  if (system2(program, script) != 0) stop(script, " failed")
}

scripts <- commandArgs(TRUE)
if (!length(scripts)) {
  for (script in c("random_models.py", "broken_models.py", "random_holes.py",
                   "random_categories.py")) must(python, script)
  scripts <- setdiff(sort(list.files(pattern = "[.]R$")), c("run_all.R", "lavaan_tables.R"))
}
for (script in scripts) must(rscript, script)

packages <- Filter(function(name) requireNamespace(name, quietly = TRUE), c("lavaan", "psych", "GPArotation",
                   "semTools", "Rcsdp", "metafor"))
versions <- data.frame(name = c("R", packages),
                       version = c(paste(R.version$major, R.version$minor, sep = "."),
                                   vapply(packages, function(name) as.character(packageVersion(name)), "")))
write.csv(versions, "versions.csv", row.names = FALSE)
