//! Messages for people: one a run, however much has happened.

use std::collections::BTreeSet;

use aftertaste::{
    aws::{Mail, send_mail},
    domain::access::Person,
    table::{Delivery, Due, TableError},
};
use deliveries::{
    endpoint::{Mailbox, To, robot},
    robots::{CONTENT_TYPE, Form, Kind, Link, Mention, Message},
};
use futures::{StreamExt, future, stream};
use http::{Request, header};
use jiff::Timestamp;

use crate::{
    attempt::{Heard, Said, refused},
    lane::{Lane, Standing},
    mail::Letter,
    run::{Fate, Run},
    told::Told,
};

/// No robot's answer is longer.
const READ_OF_AN_ANSWER: usize = 65_536;

/// How many deliveries of a message are written at once.
const WRITES_AT_ONCE: usize = 16;

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Sends people what was collected for them. A message that fails is logged, and due again with the next run.
    pub(crate) async fn tell_people(&self) {
        future::join_all(self.lanes().map(|lane| self.tell_all_of(lane))).await;
    }

    async fn tell_all_of(&self, lane: &Lane) {
        let collected = lane.collected();
        // The next run takes what was put off or ended meanwhile, or comes too late in this one.
        if collected.is_empty() || lane.standing(self.now()) != Standing::Open || self.patience().is_zero() {
            return;
        }
        if let Err(error) = self.tell(lane, collected).await {
            tracing::error!(outcome = "not-sent", %error);
            self.count(|did| did.broken += 1);
        }
    }

    async fn tell(&self, lane: &Lane, collected: Vec<(Due, Delivery)>) -> Result<(), TableError> {
        let heard = self.say(lane, &collected).await?;
        if let Some((_, first)) = collected.first() {
            self.judge(lane, &heard, &heard.next(first, self.now())).await?;
        }
        let settle = async |(due, mut delivery): (Due, Delivery)| {
            let done = self.settle_told(lane, &heard, &due, &mut delivery).await;
            done.unwrap_or_else(|error| self.broke(&error));
        };
        stream::iter(collected).for_each_concurrent(WRITES_AT_ONCE, settle).await;
        Ok(())
    }

    async fn settle_told(
        &self,
        lane: &Lane,
        heard: &Heard,
        due: &Due,
        delivery: &mut Delivery,
    ) -> Result<(), TableError> {
        let next = heard.next(delivery, self.now());
        match self.settle(lane, delivery, heard, next, false).await? {
            Fate::Waits(when) => self.put_off(lane, due, (delivery, false), when).await,
            _ => self.table().take_away(due).await,
        }
    }

    /// Says it all in one message.
    async fn say(&self, lane: &Lane, collected: &[(Due, Delivery)]) -> Result<Heard, TableError> {
        let told = self.told(lane, collected).await?;
        match &lane.stored.endpoint.to {
            To::Robot(kind) => {
                let links = told.links.iter().filter_map(|(words, url)| Link::new(words, url).ok());
                let links: Vec<Link> = links.collect();
                let ids = told.people.iter().filter_map(|person| mention(person, *kind));
                let ids: BTreeSet<&str> = ids.collect();
                let mentions: Vec<Mention> = ids.into_iter().filter_map(|id| Mention::new(id).ok()).collect();
                self.say_in_chat(lane, *kind, &Message::new(&told.title, &told.lines, &links, &mentions)).await
            }
            To::Mail(mailbox) => self.say_by_mail(mailbox, &told).await,
            To::Webhook(_) | To::EventBridge(_) => Ok(refused(self.now(), "No person is told by this endpoint.")),
        }
    }

    async fn say_by_mail(&self, mailbox: &Mailbox, told: &Told) -> Result<Heard, TableError> {
        let (Some(sdk), Some(from)) = (&self.sender.sdk, &self.sender.mail_from) else {
            return Ok(refused(self.now(), "This stack sends no mail: deploy it with MailFrom."));
        };
        let brand = self.sender.app.catalog.brand(self.now()).await?;
        let from_where = self.sender.app.public_url.as_str();
        let letter = Letter { title: &told.title, lines: &told.lines, links: &told.links, from: from_where };
        let (page, text) = (letter.page(&brand.colour, told.language), letter.text());
        let mail = Mail { from, to: &mailbox.address, subject: &told.title, text: &text, html: Some(&page) };
        Ok(self.ask_aws(send_mail(sdk, &mail)).await)
    }

    async fn say_in_chat(&self, lane: &Lane, kind: Kind, message: &Message) -> Result<Heard, TableError> {
        let now = self.now();
        let Ok(secrets) = lane.stored.open_secrets(&self.sender.app.keys) else {
            return Ok(refused(now, "Its secrets can't be opened: put the endpoint anew."));
        };
        let robot = match robot(kind, &secrets) {
            Ok(robot) => robot,
            Err(wrong) => return Ok(refused(now, &wrong.0)),
        };
        let said = robot.request(message, Form::Markdown, now);
        let request = Request::post(&said.url).header(header::CONTENT_TYPE, CONTENT_TYPE);
        Ok(self.ask(request, said.body, READ_OF_AN_ANSWER, |answer| Said::Robot(Box::new(robot), answer)).await)
    }
}

/// The id under which a robot calls somebody.
fn mention(person: &Person, kind: Kind) -> Option<&str> {
    person.mentions.iter().find(|(robot, _)| robot.as_str() == kind.name()).map(|(_, id)| id.as_str())
}
