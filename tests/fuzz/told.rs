//! Providers' reports of a payment, before they are signed.

use jiff::{Timestamp, tz};
use serde_json::{Value, json};

use super::signing::{APP_ID, MERCHANT};

/// The outcome of a payment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    Paid,
    Refunded,
    /// Nothing: the provider tries the address out, or reports something else.
    Other,
}

/// A payment that is reported.
pub struct Payment {
    pub id: String,
    pub store: u32,
    pub paid_at: Timestamp,
    pub told_at: Timestamp,
    pub payer: String,
    pub amount: u64,
    pub what: What,
}

impl Payment {
    fn order(&self) -> String {
        format!("T-{}", self.id)
    }

    fn attached(&self) -> String {
        format!("store={};table=7", self.store)
    }

    fn in_china(&self, format: &str) -> String {
        tz::offset(8).to_datetime(self.paid_at).strftime(format).to_string()
    }

    /// The one of three that it is.
    fn of<T>(&self, paid: T, refunded: T, other: T) -> T {
        match self.what {
            What::Paid => paid,
            What::Refunded => refunded,
            What::Other => other,
        }
    }

    /// The event that WeChat Pay names beside what it encrypts.
    pub fn event_at_wechat(&self) -> &'static str {
        self.of("TRANSACTION.SUCCESS", "REFUND.SUCCESS", "SECURITY_ECHO.SUCCESS")
    }

    /// The JSON of a kind of account; WeChat Pay's before it is encrypted.
    pub fn json(&self, kind: &str) -> Value {
        let (amount, status) = (self.amount, self.of("SUCCESS", "REFUND", "CLOSED"));
        match kind {
            "wechat" => self.at_wechat(),
            "stripe" => self.at_stripe(),
            "square" => self.at_square(),
            "standard" => self.at_standard(),
            "adyen" => self.at_adyen(),
            "douyin" => {
                let said = json!({"app_id": "tt1", "out_order_no": self.order(), "order_id": self.id, "status": status,
                    "total_amount": amount, "event_time": self.paid_at.as_millisecond(), "cp_extra": self.attached()});
                json!({"version": "3.0", "type": "payment", "msg": said.to_string()})
            }
            "keruyun" => json!({"operation": self.of(93, 20, 1), "tradeId": self.id, "tradePayStatus": 3,
                "shopId": self.store}),
            "lakala" => json!({"out_trade_no": self.order(), "trade_no": self.id, "merchant_no": "82229007392000A",
                "term_no": self.store.to_string(), "total_amount": amount.to_string(), "trade_status": status,
                "trade_time": self.in_china("%Y%m%d%H%M%S"), "user_id1": self.payer}),
            _ => {
                json!({"client_sn": self.order(), "trade_no": self.id, "order_status": self.of("PAID", "REFUNDED", "X"),
                "total_amount": amount.to_string(), "finish_time": self.paid_at.as_millisecond().to_string(),
                "terminal_id": "100000380000001", "payer_uid": self.payer, "reflect": self.attached()})
            }
        }
    }

    fn at_wechat(&self) -> Value {
        let amount = self.amount;
        json!({"mchid": MERCHANT, "appid": "wxd678efh567hg6787", "out_trade_no": self.order(),
            "transaction_id": self.id, "trade_state": "SUCCESS", "refund_status": "SUCCESS", "attach": self.attached(),
            "success_time": self.paid_at.display_with_offset(tz::offset(8)).to_string(),
            "payer": {"openid": self.payer}, "scene_info": {"device_id": "013467007045764"},
            "amount": {"total": amount, "refund": amount, "currency": "CNY"}})
    }

    fn at_stripe(&self) -> Value {
        let (amount, created) = (self.amount, self.paid_at.as_second());
        let charge = json!({"id": format!("ch_{}", self.id), "object": "charge", "amount": amount,
            "amount_captured": amount, "captured": true, "created": created, "currency": "cny",
            "customer": self.payer, "metadata": {"store": self.store.to_string(), "table": "7"}, "paid": true,
            "payment_intent": self.id, "refunded": self.what == What::Refunded,
            "payment_method_details": {"card_present": {"location": "tml_12", "reader": "tmr_1"}}});
        let kind = self.of("charge.succeeded", "charge.refunded", "charge.updated");
        json!({"id": format!("evt_{}", self.id), "object": "event", "created": created, "livemode": true, "type": kind,
            "data": {"object": charge}})
    }

    fn at_square(&self) -> Value {
        let money = |amount: u64| json!({"amount": amount, "currency": "CNY"});
        let refunded = self.of(0, self.amount, 0);
        let said = json!({"id": self.id, "created_at": self.paid_at, "customer_id": self.payer, "location_id": "L12",
            "order_id": self.order(), "reference_id": self.attached(), "status": "COMPLETED",
            "total_money": money(self.amount), "refunded_money": money(refunded)});
        let kind = self.of("payment.updated", "payment.updated", "webhooks.test_notification");
        json!({"merchant_id": "M12", "type": kind, "event_id": self.id, "created_at": self.paid_at,
            "data": {"type": "payment", "id": self.id, "object": {"payment": said}}})
    }

    fn at_standard(&self) -> Value {
        let kind = self.of("payment.succeeded", "payment.refunded", "payment.test");
        json!({"type": kind, "timestamp": self.told_at, "data": {"payment": self.id, "paid_at": self.paid_at,
            "store": self.store, "amount": self.amount, "currency": "CNY", "payer": self.payer, "table": 7,
            "staff": "Li", "items": ["宫保鸡丁", {"name": "soup"}], "fields": {"shift": "noon"}}})
    }

    /// An item, without its signature.
    fn at_adyen(&self) -> Value {
        json!({"pspReference": self.id, "originalReference": "", "merchantAccountCode": "Account",
            "merchantReference": self.order(), "amount": {"currency": "EUR", "value": self.amount},
            "eventCode": self.of("AUTHORISATION", "REFUND", "CAPTURE"), "success": "true", "eventDate": self.paid_at,
            "additionalData": {"store": self.store.to_string()}})
    }

    /// The form of a kind of account, without its signature.
    pub fn form(&self, kind: &str) -> Vec<(String, String)> {
        let time = self.in_china("%Y-%m-%d %H:%M:%S");
        let yuan = format!("{}.{:02}", self.amount / 100, self.amount % 100);
        let fields: Vec<(&str, String)> = match kind {
            "alipay" => vec![
                ("app_id", APP_ID.to_owned()),
                ("buyer_id", self.payer.clone()),
                ("gmt_payment", time),
                ("notify_type", "trade_status_sync".to_owned()),
                ("out_trade_no", self.order()),
                ("passback_params", self.attached()),
                ("refund_fee", self.of("", yuan.as_str(), "0.00").to_owned()),
                ("subject", "堂食 & 外带".to_owned()),
                ("total_amount", yuan.clone()),
                ("trade_no", self.id.clone()),
                ("trade_status", self.of("TRADE_SUCCESS", "TRADE_CLOSED", "WAIT_BUYER_PAY").to_owned()),
            ],
            "chinaums" => vec![
                ("merOrderId", self.order()),
                ("mid", "898340149000005".to_owned()),
                ("status", self.of("TRADE_SUCCESS", "TRADE_REFUND", "NEW_ORDER").to_owned()),
                ("totalAmount", self.amount.to_string()),
                ("payTime", time),
                ("targetOrderId", self.id.clone()),
                ("buyerId", self.payer.clone()),
                ("attachedData", self.attached()),
                ("empty", String::new()),
            ],
            _ => vec![
                ("appkey", "fuzz".to_owned()),
                ("app_poi_code", self.store.to_string()),
                ("mt_peisong_id", self.id.clone()),
                ("order_id", self.order()),
                ("status", self.of("50", "99", "20").to_owned()),
                ("timestamp", self.told_at.as_second().to_string()),
            ],
        };
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
