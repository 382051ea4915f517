//! What people are told: one message a run, however much has happened.

use aftertaste::{
    aws::{Mail, send_mail},
    table::{Delivery, Due, TableError},
};
use deliveries::{
    endpoint::{Mailbox, To, robot},
    robots::{CONTENT_TYPE, Form, Kind, Message},
};
use futures::future;
use http::{Request, header};
use jiff::Timestamp;

use crate::{
    attempt::{Heard, Said, refused},
    lane::{Lane, Standing},
    mail,
    run::{Fate, Run},
    words::{line, title},
};

/// No robot's answer is longer.
const READ_OF_AN_ANSWER: usize = 65_536;

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Tells people what was collected for them. What fails is logged, and due again with the next run.
    pub(crate) async fn tell_people(&self) {
        future::join_all(self.lanes().map(|lane| self.tell_all_of(lane))).await;
    }

    async fn tell_all_of(&self, lane: &Lane) {
        let collected = lane.collected();
        // What was put off or ended meanwhile, or comes too late in this run, is met by the next.
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
        let mut is_judged = false;
        for (due, mut delivery) in collected {
            let next = heard.next(&delivery, self.now());
            if !is_judged {
                self.judge(lane, &heard, &next).await?;
                is_judged = true;
            }
            match self.settle(lane, &mut delivery, &heard, next, false).await? {
                Fate::Waits(when) => self.put_off(lane, &due, (&delivery, false), when).await?,
                _ => self.table().take_away(&due).await?,
            }
        }
        Ok(())
    }

    /// Says it all in one message.
    async fn say(&self, lane: &Lane, collected: &[(Due, Delivery)]) -> Result<Heard, TableError> {
        let language = lane.stored.endpoint.language.as_str();
        let lines: Vec<String> = collected.iter().map(|(_, delivery)| line(delivery, language)).collect();
        let title = title(lines.len(), language);
        match &lane.stored.endpoint.to {
            To::Robot(kind) => self.say_in_chat(lane, *kind, &Message::new(&title, &lines, None, &[])).await,
            To::Mail(mailbox) => self.say_by_mail(mailbox, &title, &lines, language).await,
            To::Webhook(_) | To::EventBridge(_) => Ok(refused(self.now(), "No person is told by this endpoint.")),
        }
    }

    async fn say_by_mail(
        &self,
        mailbox: &Mailbox,
        title: &str,
        lines: &[String],
        language: &str,
    ) -> Result<Heard, TableError> {
        let (Some(sdk), Some(from)) = (&self.sender.sdk, &self.sender.mail_from) else {
            return Ok(refused(self.now(), "This stack sends no mail: deploy it with MailFrom."));
        };
        let brand = self.sender.app.catalog.brand(self.now()).await?;
        let from_where = self.sender.app.public_url.as_str();
        let page = mail::page((title, lines), &brand.colour, from_where, language);
        let text = mail::text((title, lines), from_where);
        let mail = Mail { from, to: &mailbox.address, subject: title, text: &text, html: Some(&page) };
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
