//! How often the statements of reports are true, where the truth is known: intervals, changes, ranks and drivers. The
//! answers of few guests are enumerated; all else is simulated from a fixed seed. Prints the tables of
//! docs/statistics-simulation.md.
//!
//! `cargo coverage`
#![allow(clippy::print_stdout, clippy::cast_precision_loss, clippy::indexing_slicing, clippy::unwrap_used)]

#[path = "coverage/days.rs"]
mod days;
#[path = "coverage/draws.rs"]
mod draws;
#[path = "coverage/errors.rs"]
mod errors;
#[path = "coverage/exact.rs"]
mod exact;
#[path = "coverage/months.rs"]
mod months;
#[path = "coverage/nothing.rs"]
mod nothing;
#[path = "coverage/pairs.rs"]
mod pairs;
#[path = "coverage/ranking.rs"]
mod ranking;

use fastrand::Rng;

const SEED: u64 = 2026;

fn head(first: &str, others: &[&str]) {
    println!("| {first} | {} |", others.join(" | "));
    println!("| --- |{}", " --: |".repeat(others.len()));
}

fn percent(count: impl Into<f64>, of: u32) -> f64 {
    100.0 * count.into() / f64::from(of)
}

fn main() {
    // `cargo test --all-targets` runs it too, unoptimized, where it only takes time.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    independent_guests();
    good_and_bad_days();
    drivers();
}

fn independent_guests() {
    let (factorials, mut rng) = (exact::Factorials::new(), Rng::with_seed(SEED));
    println!("How often the 95 % interval covers the true NPS, in percent, over every n from 5 to 50, exactly.\n");
    exact::by_shape(&factorials, &exact::EIGHT);
    exact::by_shape(&factorials, &exact::NEARLY_UNANIMOUS);
    println!("The same by what is added to the answers, with 120 shapes at random besides.\n");
    exact::by_what_is_added(&factorials, &mut rng);
    println!(
        "A group of n beside one of {} of the same guests: how often it is called worse or better, exactly.\n",
        exact::LARGE
    );
    exact::small_beside_large(&factorials);
    println!(
        "False claims among 1,000 equal stores (60 30 10) with independent guests, in percent of the stores, mean of \
         {} repeats.\n",
        ranking::REPEATS
    );
    ranking::equal_stores(&mut rng);
}

fn good_and_bad_days() {
    println!("Good and bad days of a store (60 30 10), in percent of {} repeats.\n", days::REPEATS);
    days::good_and_bad_days();
    let [(few, often), (many, less_often)] = ranking::STORES;
    println!(
        "Equal stores (60 30 10) over 28 days, in percent of the stores. {often} repeats of {few}, \
         {less_often} of {many}.\n"
    );
    ranking::equal_stores_over_days();
    println!(
        "Stores whose true scores differ (40 on average, standard deviation 10) over 28 days, in percent of as \
         many repeats.\n"
    );
    ranking::unequal_stores();
}

fn drivers() {
    println!(
        "How often the 95 % interval of a driver covers the truth, in percent of {} repeats, over 30 days.\n",
        errors::REPEATS
    );
    errors::errors_of_drivers();
    println!(
        "Ten drivers that have nothing to do with satisfaction, over 28 days: in how many of {} months a report says \
         something of any, in percent.\n",
        nothing::REPEATS
    );
    nothing::nothing_matters();
    println!(
        "Ten drivers of which some matter, over 28 days, in {} months each. The truth is from {} guests who are \
         asked all.\n",
        pairs::REPEATS,
        pairs::MANY
    );
    pairs::some_of_the_drivers();
}
