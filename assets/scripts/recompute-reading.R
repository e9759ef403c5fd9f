# Recomputes every number of the report from readings.csv, and fails where one differs from numbers.csv.
#
#   Rscript recompute.R            (base R only; in the folder of the export, or with that folder as the argument)

arguments <- commandArgs(trailingOnly = TRUE)
folder <- if (length(arguments)) arguments[1] else "."
# Text stays text: a code such as 01 would be a number.
text <- c("reader", "arm")
rows <- read.csv(file.path(folder, "readings.csv"), na.strings = character(0), stringsAsFactors = FALSE, colClasses = sapply(text, function(name) "character"))
expected <- read.csv(file.path(folder, "numbers.csv"), stringsAsFactors = FALSE)
setting <- function(name) expected$value[expected$name == paste0("setting/", name)]
seed <- setting("seed"); resamples <- setting("resamples"); upper <- (1 + setting("level")) / 2
# In the order of the protocol; in the first one of them that has no prediction the reader is alone.
is_arm <- startsWith(expected$name, "setting/arm/")
arms <- sub("setting/arm/", "", expected$name[is_arm][order(expected$value[is_arm])], fixed = TRUE)
aided <- arms[vapply(arms, function(arm) setting(paste0("aided/", arm)) == 1, TRUE)]
unaided <- setdiff(arms, aided)[1]

rows <- rows[rows$training == "no" & (setting("everyone") == 1 | rows$queue_closed == "yes"), ]
for (name in c("right", "says_shown", "shown_right", "wrong_control")) rows[[name]] <- rows[[name]] == "yes"
readers <- sort(unique(rows$reader), method = "radix"); ecgs <- sort(unique(rows$ecg_id))
# One line for each pair of reader and ECG; of each arm the row of its answer, if there is one.
pairs <- unique(rows[c("ecg_id", "reader")])
answer <- function(arm) match(paste(pairs$ecg_id, pairs$reader, arm), paste(rows$ecg_id, rows$reader, rows$arm))
of <- function(arm, name) rows[[name]][answer(arm)]
place <- match(pairs$ecg_id, ecgs)

found <- new.env()
put <- function(name, value) assign(name, value, envir = found)

# --- the bootstrap ------------------------------------------------------------

# How often each ECG is drawn, in every resample: one matrix for all numbers.
set.seed(seed, kind = "L'Ecuyer-CMRG")
draws <- vapply(seq_len(resamples), function(i) tabulate(floor(runif(length(ecgs)) * length(ecgs)) + 1, length(ecgs)), numeric(length(ecgs)))
draws <- matrix(draws, nrow = length(ecgs))
without <- 1 - diag(length(ecgs))

# The mean of the columns' means; a column has a value for each pair, NA where it does not count.
estimate <- function(name, columns) {
  columns <- Filter(function(x) any(!is.na(x)), columns)
  counts <- lapply(columns, function(x) tabulate(place[!is.na(x)], length(ecgs)))
  within <- Reduce(`+`, counts, numeric(length(ecgs))) > 0
  put(paste0(name, "/n"), sum(unlist(counts))); put(paste0(name, "/ecgs"), sum(within))
  if (length(columns) == 0) return(invisible())
  sums <- lapply(columns, function(x) vapply(seq_along(ecgs), function(i) sum(x[place == i], na.rm = TRUE), 0))
  statistic <- function(times) {
    means <- Map(function(s, n) drop(s %*% times) / drop(n %*% times), sums, counts)
    # In the order of the readers and in double precision: equal values are counted below.
    Reduce(`+`, means) / length(means)
  }
  whole <- statistic(matrix(1, length(ecgs), 1)); put(paste0(name, "/value"), whole)
  drawn <- statistic(draws); drawn <- drawn[is.finite(drawn)]
  others <- if (length(ecgs) > 1) statistic(without) else numeric(0); others <- others[is.finite(others)]
  if (sum(within) < 2 || length(others) < 2 || length(drawn) == 0) return(invisible())
  d <- mean(others) - others
  if (sqrt(sum(d^2)) <= 1e-12 * abs(mean(others)) || sum(d^2) == 0) return(invisible())
  share <- (sum(drawn < whole) + sum(drawn <= whole)) / (2 * length(drawn))
  at <- c(1 - upper, upper)
  if (share > 0 && share < 1) {
    a <- sum(d^3) / (6 * sum(d^2)^1.5); z <- qnorm(share) + c(-1, 1) * qnorm(upper)
    at <- pnorm(qnorm(share) + z / (1 - a * z))
  }
  ends <- unname(quantile(drawn, at)); put(paste0(name, "/low"), ends[1]); put(paste0(name, "/high"), ends[2])
}

each <- function(column) lapply(readers, function(reader) ifelse(pairs$reader == reader, column, NA))
of_readers <- function(name, column) for (i in seq_along(readers)) estimate(paste0(name, "/", readers[i]), each(column)[i])

# --- the report ---------------------------------------------------------------

for (arm in arms) {
  right <- as.numeric(of(arm, "right"))
  of_readers(paste0("accuracy/", arm), right)
  estimate(paste0("accuracy/", arm, "/these_readers"), each(right))
  if (any(rows$arm == arm)) {
    put(paste0("mean_confidence/", arm), mean(rows$confidence[rows$arm == arm]))
    put(paste0("median_time_ms/", arm), median(rows$response_time_ms[rows$arm == arm]))
  }
}

for (to in seq_along(arms)[-1]) for (from in seq_len(to - 1)) {
  name <- paste0("change/", arms[from], "/", arms[to])
  before <- as.numeric(of(arms[from], "right")); after <- as.numeric(of(arms[to], "right"))
  of_readers(name, after - before)
  estimate(paste0(name, "/these_readers"), each(after - before))
  estimate(paste0(name, "/gained"), list((1 - before) * after))
  estimate(paste0(name, "/lost"), list(before * (1 - after)))
}

for (arm in aided) {
  nobody <- rep(NA, nrow(pairs))
  before <- if (is.na(unaided)) nobody else of(unaided, "right")
  tempted <- which(before & !of(arm, "shown_right")); helped <- which(!before & of(arm, "shown_right"))
  among <- function(kept, name) { column <- as.numeric(nobody); column[kept] <- as.numeric(of(arm, name)[kept]); column }
  is_control <- of(arm, "wrong_control")
  taken <- among(tempted, "says_shown"); corrected <- among(helped, "right")
  name <- paste0("reliance/", arm, "/")
  estimate(paste0(name, "took_over_wrong/all"), list(taken))
  estimate(paste0(name, "took_over_controls/all"), list(among(intersect(tempted, which(is_control)), "says_shown")))
  estimate(paste0(name, "took_over_errors/all"), list(among(intersect(tempted, which(!is_control)), "says_shown")))
  estimate(paste0(name, "lost/all"), list(1 - among(tempted, "right")))
  estimate(paste0(name, "corrected/all"), list(corrected))
  # Without an arm in which the reader is alone nothing can be said of any of them.
  if (!is.na(unaided)) { of_readers(paste0(name, "took_over_wrong"), taken); of_readers(paste0(name, "corrected"), corrected) }
}

# --- compare ------------------------------------------------------------------

expected <- expected[!startsWith(expected$name, "setting/"), ]
names_found <- ls(found); wrong <- 0
complain <- function(...) { wrong <<- wrong + 1; if (wrong <= 20) cat(..., "\n") }
for (i in seq_len(nrow(expected))) {
  name <- expected$name[i]; value <- expected$value[i]
  if (!(name %in% names_found)) { complain("not recomputed:", name); next }
  own <- get(name, envir = found)
  if (abs(own - value) > 1e-6 * max(1, abs(value))) complain(name, "is", value, "in numbers.csv, recomputed", own)
}
for (name in setdiff(names_found, expected$name)) complain("not in numbers.csv:", name)
if (wrong > 0) { cat(wrong, "of", nrow(expected), "numbers differ\n"); quit(status = 1) }
cat(nrow(expected), "numbers recomputed, all equal\n")
