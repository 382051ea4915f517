//! A report and what it is made of, read from the table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aftertaste::{
    app::Stop,
    below,
    domain::{
        Id,
        access::Grant,
        count::{Group, Series, Tally},
        place::{Path, Scope, Store},
        report::{Against, Report, Siblings, Subject, TOO_FEW},
        survey::Brand,
        trend::Change,
    },
    http::Problem,
    reading::{self, Reading, Shown, Stores, Window},
    table::{TableError, Versioned},
};
use jiff::Timestamp;

use crate::{
    App,
    asked::Mistake,
    staff::{self, Staff},
    watched::{self, Watch},
};

/// The report of a scope over a window.
pub(crate) struct Loaded {
    pub scope: Scope,
    pub stores: Stores,
    pub window: Window,
    pub series: Series,
    pub survey: Arc<Versioned>,
    pub brand: Arc<Brand>,
    pub report: Report,
    /// The responses of each day, for comparisons.
    pub days: Vec<Group>,
    /// Which responses may be shown.
    pub shown: Shown,
    /// The nodes in which its days are counted: the scope itself, or those that the store is and was in.
    pub paths: BTreeSet<Path>,
    pub staff: Option<Staff>,
    /// What the nightly watch found of it and of what lies below it.
    pub watch: Option<Watch>,
    /// The surveys that have answers in these days.
    pub titles: BTreeMap<Id, Arc<Versioned>>,
}

/// Why there is no report.
pub(crate) enum Failed {
    /// The address asks for something that is not there.
    Mistake(Mistake),
    Stop(Stop),
}

impl From<Mistake> for Failed {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl<E: Into<Stop>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

/// What a report is of.
pub(crate) struct Wanted<'a> {
    pub scope: &'a Scope,
    pub window: Window,
    pub against: Against,
    pub series: Option<&'a Series>,
    /// Whether it stands beside another report, which shows neither ranks nor staff of it.
    pub beside_another: bool,
}

/// The stores of a scope, if the reader may see its report.
pub(crate) async fn stores(
    app: &App,
    scope: &Scope,
    reader: (&Grant, &'static str),
    now: Timestamp,
) -> Result<Stores, Stop> {
    let (grant, language) = reader;
    let stores = Stores::of(app, scope, now).await?.in_language(language);
    if !grant.allows_report(scope, stores.own().map(|store| &store.details.path)) {
        return Err(Problem::grant_insufficient(&format!("report:{scope}")).into());
    }
    Ok(stores)
}

/// Reads a report, without the words of guests.
pub(crate) async fn load(
    app: &App,
    stores: Stores,
    Wanted { scope, window, against, series, beside_another }: Wanted<'_>,
    grant: &Grant,
    now: Timestamp,
) -> Result<Loaded, Failed> {
    let reading = reading::counts(app, &stores, (window, against), now).await?;
    if stores.all.is_empty() && reading.is_empty() {
        return Err(Stop::from(Problem::scope_unknown()).into());
    }
    let (series, survey) = wanted_series(app, series, &reading, &stores, now).await?;
    let of = (scope, &stores, &series);
    let (parts, siblings, staff, watch) = futures::try_join!(
        async { Ok::<_, Stop>(below::below(app, &stores, &reading, &series).await?) },
        async {
            if beside_another {
                return Ok(Siblings::default());
            }
            Ok(below::siblings(app, &stores, &reading, &series).await?)
        },
        async { if beside_another { Ok(None) } else { staff::read(app, (scope, &stores), window, grant, now).await } },
        async { if beside_another { Ok(None) } else { watched::read(app, &of, window, (grant, now)).await } },
    )?;
    let (shown, mut paths) = (reading.shown(&series), reading.paths());
    paths.extend(match scope {
        Scope::Store(_) => stores.own().map(|store| store.details.path.clone()),
        Scope::Node(path) => Some(path.clone()),
    });
    let mut counts = below::counts(reading, &series, &stores, parts);
    counts.siblings = siblings;
    counts.staff = staff.as_ref().map(|staff| staff.figure.clone());
    let days = counts.days.values().map(Tally::total).collect();
    let watch = watch.map(|watch| watch.over(&counts));
    let (brand, name) = (app.catalog.brand(now).await?, stores.name());
    let Window { from, to } = window;
    let subject = Subject { scope, name: &name, from, to, series: &series, survey: &survey, brand: &brand };
    let mut report = Report::new(&subject, counts);
    // Of few stores a rank says which is the better: that is for those who may see all of them.
    let may_see_all = above(&stores, grant).is_some();
    report.rank = report.rank.filter(|rank| may_see_all || rank.of as u64 > TOO_FEW);
    Ok(Loaded {
        titles: titles(app, &report.surveys, now).await,
        watch,
        paths,
        scope: scope.clone(),
        stores,
        window,
        series,
        survey,
        brand,
        report,
        days,
        shown,
        staff,
    })
}

/// The surveys of some series, as far as they can be read.
async fn titles(app: &App, all: &[Series], now: Timestamp) -> BTreeMap<Id, Arc<Versioned>> {
    let mut titles = BTreeMap::new();
    for series in all {
        if let Ok(Some(survey)) = app.catalog.survey(&series.survey, now).await {
            titles.insert(series.survey.clone(), survey);
        }
    }
    titles
}

impl Loaded {
    /// How the score of the scope itself changed for certain, as the watch found it.
    pub(crate) fn change(&self) -> Option<&Change> {
        Some(&self.watch.as_ref()?.own()?.change)
    }

    /// The store, if it is the report of one.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.stores.own()
    }
}

/// The series that was asked for, with its survey; else the first in the window with a readable survey. Else it is that
/// of the first store's survey.
async fn wanted_series(
    app: &App,
    asked: Option<&Series>,
    reading: &Reading,
    stores: &Stores,
    now: Timestamp,
) -> Result<(Series, Arc<Versioned>), Failed> {
    let of_store = stores.all.first().map(|store| Series::paid(store.details.survey.clone()));
    let wanted =
        asked.cloned().map_or_else(|| reading.series().into_iter().chain(of_store).collect(), |asked| vec![asked]);
    for series in wanted {
        match app.catalog.survey(&series.survey, now).await {
            Ok(Some(survey)) => return Ok((series, survey)),
            // It is logged where it is read. The others go on.
            Ok(None) | Err(TableError::Unreadable { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(if asked.is_some() { Mistake::Survey.into() } else { Stop::from(Problem::survey_unknown()).into() })
}

/// The node above a scope, when the grant allows its report.
pub(crate) fn above(stores: &Stores, grant: &Grant) -> Option<Path> {
    stores.parent().filter(|path| grant.allows_report(&Scope::Node(path.clone()), None))
}
