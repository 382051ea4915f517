//! Staff's answers, beside those of their guests: for readers who may see them, by whole months.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aftertaste::{
    app::Stop,
    domain::{
        access::Grant,
        count::{Group, Series, Tally},
        place::{Month, Path, Scope, Store},
        report::{ChildFigure, StaffFigure, StaffOfStore, settled},
        survey::Kind,
        visit::STAFF_LINK_DAYS,
    },
    pages::filled,
    reading::{Stores, Window},
    table::Versioned,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::{
    App,
    figures::{between, signed},
    parts::{score_cells, score_heads},
    words::Words,
};

/// So many lowest nodes at most are read for the report of a node.
const MOST_LOWEST_NODES: usize = 20;

/// So many of them at once.
const AT_ONCE: usize = 8;

/// Staff's answers, and of a store the survey that they answered.
pub(crate) struct Staff {
    pub figure: StaffFigure,
    pub survey: Option<Arc<Versioned>>,
}

/// The answers of a scope's staff; none where the reader may not see them, and where nobody asks staff. Of a node above
/// more than twenty others it is on the reports of those.
pub(crate) async fn read(
    app: &App,
    (scope, stores): (&Scope, &Stores),
    window: Window,
    grant: &Grant,
    now: Timestamp,
) -> Result<Option<Staff>, Stop> {
    let asking: Vec<(&Store, Series)> = stores
        .all
        .iter()
        .filter_map(|store| Some((store, Series::of_staff(store.details.staff_survey.clone()?))))
        .collect();
    let path = stores.own().map(|store| &store.details.path);
    if asking.is_empty() || !grant.allows_pulse(scope, path) {
        return Ok(None);
    }
    // The store that is last to begin its day: nobody's month ends before it does everywhere.
    let today = asking.iter().map(|(store, _)| store.calendar.day_of(now)).min().unwrap_or(window.to);
    let month = settled(window.to, today, STAFF_LINK_DAYS);
    let (Some(store), Some((_, series))) = (stores.own(), asking.first()) else {
        return Ok(of_node(app, &asking, month).await?.map(|figure| Staff { figure, survey: None }));
    };
    let rollups = app.table.rollups(&Scope::Store(store.number), month.first(), month.last()).await?;
    // As the node has it: days before the store moved there are on no report.
    let here = rollups.values().filter(|day| day.path.as_ref() == Some(&store.details.path));
    let mut tally = Tally::default();
    here.filter_map(|day| day.content.tallies.get(series)).for_each(|day| tally.merge(day));
    let survey = app.catalog.survey(&series.survey, now).await?;
    Ok(survey.map(|survey| Staff { figure: StaffFigure::of_store(month, &tally, &survey), survey: Some(survey) }))
}

/// Of a node: the rollups of the lowest nodes have the answers of each store.
async fn of_node(app: &App, asking: &[(&Store, Series)], month: Month) -> Result<Option<StaffFigure>, Stop> {
    let lowest: BTreeSet<&Path> = asking.iter().map(|(store, _)| &store.details.path).collect();
    if lowest.len() > MOST_LOWEST_NODES {
        return Ok(None);
    }
    let read = |path: &Path| {
        let node = Scope::Node(path.clone());
        async move { app.table.rollups(&node, month.first(), month.last()).await }
    };
    let reads: Vec<_> = lowest.into_iter().map(read).collect();
    let nodes: Vec<_> = stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
    let days: Vec<_> = nodes.iter().flat_map(BTreeMap::values).collect();
    let of_store = |(store, series): &(&Store, Series)| {
        let scope = Scope::Store(store.number);
        let name = scope.to_string();
        let groups = days.iter().filter_map(|day| day.content.children.get(&name)?.get(series).copied());
        (scope, store.details.name.clone(), Group::of_all(&groups.collect::<Vec<_>>()))
    };
    Ok(Some(StaffFigure::of_node(month, asking.iter().map(of_store).collect())))
}

/// The section of the page. `children` are the guests' figures of what lies directly below.
pub(crate) fn section(staff: Option<&Staff>, children: &[ChildFigure], language: &str, words: &Words) -> Markup {
    let Some(Staff { figure: staff, survey }) = staff else { return html! {} };
    html! {
        section #staff {
            h2 { (words.of_staff) " · " (staff.month) }
            @if staff.responses == 0 {
                p { (words.staff_too_few) }
            } @else {
                p {
                    strong { (filled(words.staff_answered, &[("n", &staff.responses)])) }
                    @if let Some(nps) = staff.score.nps {
                        " · " (words.nps) " " strong { (signed(nps.value)) } " " span.note { (between(nps.low, nps.high)) }
                    }
                    @if let Some(satisfied) = staff.score.satisfied {
                        " · " (words.satisfied) " " strong { (words.percent(satisfied.value)) } " "
                        span.note { (words.percent(satisfied.low)) " … " (words.percent(satisfied.high)) }
                    }
                }
            }
            (stores(staff, children, words))
            (questions(staff, survey.as_deref(), language, words))
            p.note { (words.staff_meaning) }
        }
    }
}

fn stores(staff: &StaffFigure, children: &[ChildFigure], words: &Words) -> Markup {
    if staff.stores.is_empty() {
        return html! {};
    }
    let guests = |store: &StaffOfStore| {
        let scope = store.scope.to_string();
        children.iter().find(|child| child.scope == scope).and_then(|child| child.score.nps)
    };
    // Below a node above others there are nodes, and of their stores it knows no guests.
    let knows_guests = staff.stores.iter().any(|store| guests(store).is_some());
    html! {
        div.wide role="region" aria-label=(words.of_staff) tabindex="0" { table {
            thead { tr {
                th scope="col" { (words.scope) } (score_heads(words)) th scope="col" { (words.satisfied) }
                @if knows_guests { th scope="col" { (words.guests_nps) } }
            } }
            tbody { @for store in &staff.stores {
                tr {
                    th scope="row" { (store.name) }
                    @if store.responses.is_some() {
                        (score_cells(&store.score))
                        td { (store.score.satisfied.map_or_else(String::new, |share| words.percent(share.value))) }
                    } @else {
                        td.note colspan="3" { (words.fewer_than_five) }
                    }
                    @if knows_guests { td { (guests(store).map_or_else(String::new, |guests| signed(guests.value))) } }
                }
            } }
        } }
    }
}

fn questions(staff: &StaffFigure, survey: Option<&Versioned>, language: &str, words: &Words) -> Markup {
    let Some(survey) = survey.filter(|_| !staff.questions.is_empty()) else { return html! {} };
    let asked = |id| survey.questions.iter().find(|question| question.id() == id);
    let most = |id| match asked(id).map(|question| &question.kind) {
        Some(Kind::Scale(scale)) => format!(" / {}", scale.max),
        _ => String::new(),
    };
    let text = |id| asked(id).map(|question| question.definition.text.in_language(language));
    html! {
        div.wide role="region" aria-label=(words.staff_questions) tabindex="0" { table {
            thead { tr { th scope="col" { (words.staff_questions) } th scope="col" { (words.mean) } th scope="col" { (words.answers) } } }
            tbody { @for question in &staff.questions { tr {
                th scope="row" { (text(&question.question).unwrap_or(question.question.as_str())) }
                td { (format!("{:.1}", question.mean)) span.note { (most(&question.question)) } }
                td { (question.n) }
            } } }
        } }
    }
}
