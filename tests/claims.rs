//! No sentence of the page without a claim that is certain in the figures. The test has two hundred stores of every
//! kind, drawn from a seed, and the nodes above them.

mod words;

use aftertaste::{
    domain::{
        count::{Content, Rollup, Tally},
        place::{Scope, Store},
        survey::Survey,
    },
    table::rollup_item,
};
use fastrand::Rng;
use jiff::{Timestamp, civil::Date};
use reqwest::Method;
use serde_json::{Value, json};

use self::words::{WORDS, Words};
use crate::harness::{World, answers, content, days_ago};

const SEED: u64 = 20_261_129;
const STORES: u32 = 200;

/// The kind of a store.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Nobody answers.
    Empty,
    /// A handful answer.
    Tiny,
    /// All are delighted, on each scale.
    Unanimous,
    /// It was good, and is bad.
    Falling,
    /// Guests who rate every theme high are dissatisfied, and the other way round.
    Contradictory,
    /// Waiting makes guests unhappy, and it has too much of it.
    Slow,
    /// Some days are good and some are bad, as many now as before.
    Moody,
    /// Nothing has to do with anything.
    Random,
}

const KINDS: [Kind; 8] = [
    Kind::Empty,
    Kind::Tiny,
    Kind::Unanimous,
    Kind::Falling,
    Kind::Contradictory,
    Kind::Slow,
    Kind::Moody,
    Kind::Random,
];

impl Kind {
    fn of(number: u32) -> Self {
        KINDS[number as usize % KINDS.len()]
    }

    /// How many answer on a day.
    fn guests(self, rng: &mut Rng) -> u32 {
        match self {
            Self::Empty => 0,
            Self::Tiny => u32::from(rng.f64() < 0.15),
            Self::Slow => 30,
            _ => rng.u32(3..18),
        }
    }

    /// How a guest of a day feels, 1 to 5, and what they say of each theme.
    fn answers(self, back: i64, mood_of_day: f64, rng: &mut Rng) -> (u8, [u8; 10]) {
        let mut themes = [0_u8; 10].map(|_| rng.u8(3..=5));
        if rng.f64() < 0.25 {
            themes = themes.map(|_| rng.u8(1..=5));
        }
        if self == Self::Slow && rng.f64() < 0.5 {
            themes[0] = rng.u8(1..=2);
        }
        let mean = f64::from(themes.iter().map(|theme| u32::from(*theme)).sum::<u32>()) / 10.0;
        let mood = match self {
            Self::Falling if back < 28 => 1.0 + 2.0 * rng.f64(),
            Self::Falling => 3.5 + 2.0 * rng.f64(),
            Self::Contradictory => 6.2 - mean + rng.f64(),
            Self::Slow => {
                if themes[0] <= 2 {
                    1.5 + 2.0 * rng.f64()
                } else {
                    3.5 + 2.0 * rng.f64()
                }
            }
            Self::Moody => mood_of_day + 1.5 * rng.f64(),
            _ => 1.0 + 5.0 * rng.f64(),
        };
        if self == Self::Unanimous {
            return (5, [5; 10]);
        }
        (mood.round().clamp(1.0, 5.0) as u8, themes)
    }
}

/// The themes of `dine-in`, in the order of its questions.
fn themes(survey: &Survey) -> Vec<String> {
    survey.drivers().map(|(question, _)| question.id().to_string()).collect()
}

fn store_day(kind: Kind, back: i64, survey: &Survey, rng: &mut Rng) -> Content {
    let (names, mood_of_day) = (themes(survey), if rng.f64() < 0.4 { 1.5 } else { 3.8 });
    let mut tally = Tally::default();
    for _ in 0..kind.guests(rng) {
        let (mood, rated) = kind.answers(back, mood_of_day, rng);
        let nps = (2 * mood + rng.u8(0..=1)).min(10);
        let mut guest = answers().segment(rng.u8(0..3)).nps(nps).csat(mood);
        // Three of ten, as a visit is asked.
        let first = rng.usize(0..10);
        for at in [first, (first + 3) % 10, (first + 7) % 10] {
            guest = guest.scale(&names[at], rated[at]);
        }
        tally.add(&guest.response, rng.u8(11..22), survey);
    }
    content(tally)
}

/// Puts two hundred stores in, ten a node, with eight weeks as a count would have left them.
async fn put(world: &World) {
    let table = &world.stack.app.table;
    let survey = table.survey(&"dine-in".parse().unwrap()).await.unwrap().unwrap().survey;
    let mut rng = Rng::with_seed(SEED);
    let mut items = Vec::new();
    let item = |scope: &Scope, day: Date, content: Content| {
        rollup_item(scope, day, &Rollup { content, counted_at: Timestamp::now(), ..Rollup::default() }).unwrap()
    };
    for node in 0..STORES / 10 {
        let path = format!("cn/south/n{node:02}");
        let numbers = (0..10).map(|i| 1_000 + 10 * node + i);
        for number in numbers.clone() {
            let details = json!({"name": format!("Store {number}"), "path": path, "time_zone": "Asia/Shanghai", "survey": "dine-in"});
            let details = serde_json::from_value(details).unwrap();
            table.put_store(&Store::new(number.try_into().unwrap(), details).unwrap()).await.unwrap();
        }
        for back in 1..=56 {
            let mut of_node = Content::default();
            for number in numbers.clone() {
                let of_store = store_day(Kind::of(number), back - 1, &survey, &mut rng);
                let scope = Scope::Store(number.try_into().unwrap());
                of_node.merge(&of_store, &scope);
                items.push(item(&scope, days_ago(back), of_store));
            }
            items.push(item(&path.parse().unwrap(), days_ago(back), of_node));
        }
    }
    world.database.bulk().import(items).await.unwrap();
}

/// A report and what its page says, in one language.
struct Said {
    report: Value,
    page: String,
    words: &'static Words,
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

impl Said {
    fn times(&self, words: &str) -> usize {
        self.page.matches(words).count()
    }

    fn drivers(&self) -> &Vec<Value> {
        self.report["drivers"]["drivers"].as_array().unwrap()
    }

    /// Checks all that the page says.
    fn check(&self) {
        self.check_sentence();
        self.check_change();
        self.check_drivers();
        self.check_classes();
        let of = |what: &str| format!("{what} of {}: {}", self.report["scope"], self.page);
        let parts = ["by_segment", "by_meal"].map(|parts| self.report[parts].as_array().unwrap());
        let differing = parts.into_iter().flatten();
        let differing =
            differing.filter(|segment| segment["against_the_rest"]["nps"]["distinguishable"] == true).count();
        assert_eq!(self.times(self.words.differs), differing, "{}", of("segments"));
        let temperature = &self.report["temperature"];
        assert_eq!(self.times(self.words.temperature), usize::from(!temperature.is_null()), "{}", of("temperature"));
        let answered = self.report["nps"]["promoters"].as_u64().unwrap_or(0)
            + self.report["nps"]["passives"].as_u64().unwrap_or(0)
            + self.report["nps"]["detractors"].as_u64().unwrap_or(0);
        assert!(temperature.is_null() || answered >= 30, "{}", of("temperature"));
        let children = self.report["children"].as_array().unwrap();
        let ranked = children.iter().filter(|child| !child["rank_low"].is_null());
        assert_eq!(self.times(&format!("class=\"note\">{}", self.words.rank)), ranked.count(), "{}", of("ranks"));
        let silent = !self.report["silent_guests"].as_array().unwrap().is_empty();
        assert_eq!(self.times(self.words.silent), usize::from(silent), "{}", of("silent guests"));
        for gone in ["overkill", "concentrate here", "Look at first", "NaN", "inf ", "−0.00"] {
            assert_eq!(self.times(gone), 0, "{gone}: {}", self.page);
        }
    }

    /// The sentence on top makes each claim that is certain, and no other. None of its parts contradicts another.
    fn check_sentence(&self) {
        if self.report["responses"] == 0 {
            assert_eq!(self.times("<h1 class=\"sentence\">"), 0, "{}", self.page);
            return;
        }
        let sentence = self.page.split_once("<h1 class=\"sentence\">").unwrap().1.split_once("</h1>").unwrap().0;
        let says = |words: &str| words.split('|').any(|words| sentence.contains(words));
        let (words, report) = (&self.words.sentence, &self.report);
        let temperature = &report["temperature"];
        let band = |name: &str| temperature[name].as_f64().map(|t| usize::from(t < 65.0) + usize::from(t < 45.0));
        let certain = band("low").filter(|band_of_low| Some(*band_of_low) == band("high"));
        // Answers on few days, or nearly all on one, bear no claim.
        let by_day: Vec<u64> =
            report["days"].as_array().unwrap().iter().filter_map(|day| day["n"].as_u64()).filter(|n| *n > 0).collect();
        let bears = by_day.len() >= 5 && by_day.iter().all(|n| 2 * n <= by_day.iter().sum());
        assert!(report["from"].as_str() <= Some(days_ago(4).to_string().as_str()), "a shorter window would be judged");
        for (at, warmth) in words.warmth.into_iter().enumerate() {
            assert_eq!(says(warmth), bears && certain == Some(at), "{sentence}: {temperature}");
        }
        let moved = |change: &Value| {
            (change["distinguishable"] == true && change["few_days"] == false).then(|| number(&change["within"]) > 0.0)
        };
        let (window, now) = (moved(&report["change"]), moved(&report["now"]["change"]));
        assert_eq!([says(words.warmed), says(words.cooled)], [true, false].map(|up| now == Some(up)), "{sentence}");
        // Where both went the same way, the last days alone say it.
        let of_window = window.filter(|window| now != Some(*window));
        let said = [says(words.warmer), says(words.colder)];
        assert_eq!(said, [true, false].map(|up| of_window == Some(up)), "{sentence}");
        let is_judged = !report["change"]["within"].is_null() && report["change"]["few_days"] == false;
        assert_eq!(says(words.steady), is_judged && window.is_none() && now.is_none(), "{sentence}");
        let is_behind = |part: &Value, rest: &str| {
            let rest = part.pointer(rest).unwrap_or(&Value::Null);
            rest["distinguishable"] == true && number(&rest["difference"]) < 0.0 && number(&rest["high"]) < 0.0
        };
        let behind = report["children"].as_array().unwrap().iter().any(|child| is_behind(child, "/against_the_rest"));
        assert_eq!(says(words.behind), behind, "{sentence}");
        let meals = report["by_meal"].as_array().unwrap().iter().any(|meal| is_behind(meal, "/against_the_rest/nps"));
        assert_eq!(says(words.meal), bears && meals && !behind, "{sentence}");
        let fell = report["children"].as_array().unwrap().iter().any(|child| {
            let is_colder = child["change"]["distinguishable"] == true && number(&child["change"]["high"]) < 0.0;
            is_colder && !is_behind(child, "/against_the_rest")
        });
        assert_eq!(says(words.fell), fell, "{sentence}");
        let first = report["drivers"]["fix_first"].as_array().unwrap();
        assert_eq!(says(words.fix_first), !first.is_empty(), "{sentence}");
    }

    fn check_change(&self) {
        let (change, words) = (&self.report["change"], self.words);
        let bears = change["few_days"] == false;
        let certain = bears && change["distinguishable"] == true;
        let said = [words.warmer, words.colder, words.steady].map(|words| self.times(words));
        let up = certain && number(&change["within"]) > 0.0;
        let steady = bears && !change["within"].is_null() && !certain;
        assert_eq!(said, [up, certain && !up, steady].map(usize::from), "{change}");
        if certain {
            let (low, high) = (number(&change["within_low"]), number(&change["within_high"]));
            assert!((low > 0.0 || high < 0.0) && number(&change["p"]) < 0.05, "{change}");
        }
    }

    fn check_drivers(&self) {
        let first = self.report["drivers"]["fix_first"].as_array().unwrap();
        assert!(first.len() <= 3);
        for driver in self.drivers() {
            let named = first.contains(&driver["question"]);
            assert_eq!(driver["advice"] == "fix first", named, "{driver}");
            let certain = |name: &str| driver[name] == true;
            assert!(!named || (certain("penalty_certain") && number(&driver["performance"]) < 0.9), "{driver}");
            assert!(!certain("penalty_certain") || number(&driver["penalty_low"]) > 0.0, "{driver}");
            assert!(!certain("reward_certain") || number(&driver["reward_low"]) > 0.0, "{driver}");
            match driver["advice"].as_str() {
                Some("protect") => assert!(driver["class"] == "basic" && certain("certain"), "{driver}"),
                Some("keep") => assert!(certain("penalty_certain") || certain("reward_certain"), "{driver}"),
                _ => {}
            }
        }
        for (advice, words) in self.words.advice {
            let given = self.drivers().iter().filter(|driver| driver["advice"] == advice).count();
            assert_eq!(self.times(&format!("<strong>{words}</strong>")), given, "{advice}: {}", self.page);
        }
    }

    fn check_classes(&self) {
        for (class, words) in self.words.classes {
            let of_class = self.drivers().iter().filter(|driver| driver["class"] == class);
            let certain = of_class.clone().filter(|driver| driver["certain"] == true).count();
            let leaning = self.times(&format!("{}{words}", self.words.leaning));
            assert_eq!(
                (self.times(words) - leaning, leaning),
                (certain, of_class.count() - certain),
                "{class}: {}",
                self.page
            );
        }
    }

    fn of(&self, kind: &str) -> bool {
        match kind {
            "colder" => self.times(self.words.colder) > 0,
            "warmer" => self.times(self.words.warmer) > 0,
            "fix first" => !self.report["drivers"]["fix_first"].as_array().unwrap().is_empty(),
            "class" => self.drivers().iter().any(|driver| driver["certain"] == true),
            _ => self.times(self.words.differs) > 0,
        }
    }
}

async fn said(world: &World, scope: &str, words: &'static Words) -> Said {
    let window = format!("from={}&to={}", days_ago(28), days_ago(1));
    let report = world.report_for(scope, &window).await;
    let path = format!("/reports/{scope}.html?{window}&lang={}", words.language);
    let page = world.call(Method::GET, &path, "report:", Value::Null).await;
    assert_eq!(page.status, 200, "{scope}");
    Said { report, page: page.text, words }
}

#[tokio::test]
async fn no_page_says_what_its_figures_do_not_bear_out() {
    let world = World::new().await;
    put(&world).await;
    let mut claims: Vec<(Kind, Said)> = Vec::new();
    for number in 1_000..1_000 + STORES {
        let said = said(&world, &format!("store/{number}"), &WORDS[number as usize % 3]).await;
        said.check();
        claims.push((Kind::of(number), said));
    }
    for node in 0..STORES / 10 {
        said(&world, &format!("cn/south/n{node:02}"), &WORDS[node as usize % 3]).await.check();
    }

    for advice in ["fix first", "protect", "keep", "watch"] {
        let mut drivers = claims.iter().flat_map(|(_, said)| said.drivers());
        assert!(drivers.any(|driver| driver["advice"] == advice), "no store has {advice}");
    }
    let share = |kind: Kind, claim: &str| {
        let of_kind = claims.iter().filter(|(of, _)| *of == kind).map(|(_, said)| said.of(claim));
        let (made, all) = of_kind.fold((0, 0), |(made, all), is| (made + u32::from(is), all + 1));
        100 * made / all
    };
    // Every claim that can be made is made, so that the test above has something to check.
    assert!(share(Kind::Falling, "colder") >= 90 && share(Kind::Slow, "fix first") >= 80);
    // Where there is nothing, next to nothing is: 25 stores of each kind, one claim in twenty, and chance.
    for kind in [Kind::Empty, Kind::Tiny, Kind::Unanimous] {
        for claim in ["colder", "warmer", "fix first", "class", "differs"] {
            assert!(share(kind, claim) <= 4, "{claim}: {} %", share(kind, claim));
        }
    }
    for (kind, claim) in
        [(Kind::Moody, "colder"), (Kind::Moody, "warmer"), (Kind::Random, "colder"), (Kind::Random, "fix first")]
    {
        assert!(share(kind, claim) <= 16, "{claim}: {} %", share(kind, claim));
    }
}
