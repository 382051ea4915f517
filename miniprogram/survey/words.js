// Written from words/ by tests/mini-program/words.mjs: change the words there.

const WORDS = {
  "ar": {
    "loading": "جارٍ الفتح…",
    "send": "إرسال",
    "sending": "جارٍ الإرسال…",
    "optional": "اختياري",
    "asksReply": "أرغب في أن يردّ عليّ الفرع هنا",
    "progress": "تمت الإجابة عن {done} من {of}",
    "mend": "لم يتم الإرسال بعد: يُرجى مراجعة إجاباتك.",
    "missing": "يُرجى الإجابة عن هذا السؤال.",
    "nothing": "يُرجى الإجابة عن سؤال واحد على الأقل.",
    "controlCharacters": "في النص ما لا يمكن عرضه. يُرجى كتابته من جديد.",
    "questionsChanged": "غيّر الفرع أسئلته للتو. يُرجى مراجعتها من جديد.",
    "tookBack": "لقد سحبت هذه الإجابة. للإجابة من جديد، يُرجى إرسالها مرة أخرى.",
    "notTakenBack": "لا يمكن سحب الإجابة إلا من الهاتف الذي أُرسلت منه.",
    "offline": "لا يوجد اتصال. أبقِ هذه الصفحة مفتوحة: ستُرسل إجابتك تلقائيًا فور عودة الاتصال.",
    "busy": "يجيب كثيرون الآن. أبقِ هذه الصفحة مفتوحة: ستُرسل إجابتك تلقائيًا.",
    "tooLong": "النص طويل جدًا. يُرجى تقصيره ثم إرساله مرة أخرى.",
    "tryLater": "لم تنجح العملية. يُرجى المحاولة بعد قليل.",
    "followUp": {
      "promise": "سيردّ عليك الفرع هنا. يُرجى العودة إلى هذا الرابط من هذا الهاتف.",
      "see": "عرض ردّ الفرع",
      "open": "وصلت إجابتك إلى الفرع. لا يوجد ردّ جديد بعد.",
      "taken": "يتابع أحد العاملين في الفرع الأمر.",
      "answered": "لقد ردّ الفرع عليك.",
      "closed": "أنهى الفرع متابعة الأمر.",
      "reply": "ردّ الفرع",
      "ask": "هل تم حل المشكلة؟",
      "solved": "تم الحل",
      "notSolved": "لم يتم الحل",
      "saidSolved": "أخبرتنا بأن المشكلة تم حلها. شكرًا لك.",
      "saidNotSolved": "أخبرتنا بأن المشكلة لم يتم حلها. على الفرع أن يتابعها من جديد.",
      "noMore": "أخبرتنا ثلاث مرات بأن المشكلة لم يتم حلها. لا يمكن فتحها هنا مرة أخرى.",
      "award": "هدية شكر من الفرع: {amount}",
      "code": "أبرز هذا الرمز في الفرع:",
      "redeemed": "تم تسليمها.",
      "contact": "أرغب في أن يتواصل معي الفرع",
      "contactHow": "رقم هاتفك أو معرّف WeChat أو بريدك الإلكتروني",
      "agreed": "أوافق على أن يتواصل معي الفرع بهذا الشأن. يُحفظ ما أتركه هنا بمعزل عن إجابتي، ويُسجَّل كل اطّلاع عليه. ويُحذف بعد 7 أيام من إنهاء المتابعة، وبعد 30 يومًا على أبعد تقدير.",
      "leave": "ترك وسيلة التواصل",
      "left": "لقد تركت وسيلة للتواصل معك.",
      "forget": "حذف وسيلة التواصل",
      "back": "رجوع",
      "notNow": "لم يعد ذلك ممكنًا. تجد الوضع الحالي أدناه.",
      "contactWrong": "لم يُحفظ شيء: يُرجى كتابة ما بين حرف واحد و80 حرفًا، وتحديد خانة الموافقة."
    },
    "ends": {
      "thanks": {
        "title": "شكرًا لك!",
        "more": "وصلت إجابتك إلى الفرع.",
        "button": "سحب إجابتي"
      },
      "answered": {
        "title": "تمت الإجابة من قبل",
        "more": "سبقت الإجابة عن هذه الزيارة، وتبقى الإجابة الأولى هي المعتمدة.",
        "offer": "يمكنك سحبها والإجابة من جديد.",
        "button": "سحب إجابتي"
      },
      "taken-back": {
        "title": "تم السحب",
        "more": "حُذفت إجابتك. لا نحتفظ إلا بتسجيل أنها سُحبت.",
        "button": "الإجابة من جديد"
      },
      "link-unknown": {
        "title": "ليس هذا رابط استبيان",
        "more": "يُرجى مسح الرمز الموجود على إيصالك مرة أخرى."
      },
      "link-expired": {
        "title": "انتهت صلاحية هذا الرابط",
        "more": "شكرًا لعودتك إليه. يسعدنا أن نسمع رأيك في المرة القادمة."
      },
      "link-from-the-future": {
        "title": "لم يحن الوقت بعد",
        "more": "ساعة صندوق الدفع غير مضبوطة. يُرجى المحاولة لاحقًا.",
        "button": "إعادة المحاولة"
      },
      "survey-over": {
        "title": "انتهى هذا الاستبيان",
        "more": "لم يعد الفرع يطرحه. شكرًا لك على أي حال."
      },
      "offline": {
        "title": "لا يوجد اتصال",
        "more": "يُرجى المحاولة مرة أخرى عند توفر الشبكة.",
        "button": "إعادة المحاولة"
      },
      "unavailable": {
        "title": "لحظة من فضلك",
        "more": "لم يستجب الخادم. يُرجى المحاولة بعد بضع ثوانٍ.",
        "button": "إعادة المحاولة"
      }
    }
  },
  "de": {
    "loading": "Wird geöffnet …",
    "send": "Absenden",
    "sending": "Wird gesendet…",
    "optional": "freiwillig",
    "asksReply": "Ich möchte hier eine Antwort der Filiale bekommen",
    "progress": "{done} von {of} beantwortet",
    "mend": "Noch nicht gesendet: Bitte sehen Sie sich Ihre Antworten noch einmal an.",
    "missing": "Bitte beantworten Sie diese Frage.",
    "nothing": "Bitte beantworten Sie mindestens eine Frage.",
    "controlCharacters": "Ein Zeichen darin lässt sich nicht anzeigen. Bitte geben Sie den Text neu ein.",
    "questionsChanged": "Die Filiale hat ihre Fragen gerade geändert. Bitte sehen Sie sie noch einmal an.",
    "tookBack": "Sie haben diese Antwort zurückgezogen. Um neu zu antworten, senden Sie sie bitte noch einmal.",
    "notTakenBack": "Eine Antwort lässt sich nur auf dem Handy zurückziehen, von dem sie gesendet wurde.",
    "offline": "Keine Verbindung. Lassen Sie diese Seite offen: Ihre Antwort wird von selbst gesendet, sobald wieder eine besteht.",
    "busy": "Gerade antworten sehr viele. Lassen Sie diese Seite offen: Ihre Antwort wird von selbst gesendet.",
    "tooLong": "Zu lang. Bitte kürzen Sie Ihren Text und senden Sie ihn noch einmal.",
    "tryLater": "Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.",
    "followUp": {
      "promise": "Die Filiale antwortet Ihnen hier. Öffnen Sie diesen Link später wieder auf diesem Handy.",
      "see": "Antwort der Filiale ansehen",
      "open": "Die Filiale hat Ihre Antwort erhalten. Es gibt noch keine neue Nachricht.",
      "taken": "Jemand in der Filiale kümmert sich darum.",
      "answered": "Die Filiale hat geantwortet.",
      "closed": "Die Filiale hat dies abgeschlossen.",
      "reply": "Antwort der Filiale",
      "ask": "Ist das Problem gelöst?",
      "solved": "Gelöst",
      "notSolved": "Nicht gelöst",
      "saidSolved": "Sie haben angegeben, dass das Problem gelöst ist. Vielen Dank.",
      "saidNotSolved": "Sie haben angegeben, dass das Problem nicht gelöst ist. Die Filiale soll sich noch einmal darum kümmern.",
      "noMore": "Sie haben dreimal angegeben, dass das Problem nicht gelöst ist. Hier lässt es sich nicht noch einmal öffnen.",
      "award": "Ein Dankeschön der Filiale: {amount}",
      "code": "Zeigen Sie diesen Code in der Filiale vor:",
      "redeemed": "Es wurde bereits eingelöst.",
      "contact": "Ich möchte, dass die Filiale mich kontaktiert",
      "contactHow": "Ihre Telefonnummer, WeChat-ID oder E-Mail-Adresse",
      "agreed": "Die Filiale darf mich dazu kontaktieren. Was ich hier hinterlasse, wird getrennt von meiner Antwort gespeichert, und jeder Einblick wird festgehalten. Es wird 7 Tage nach dem Abschluss gelöscht, spätestens nach 30 Tagen.",
      "leave": "Kontakt hinterlassen",
      "left": "Sie haben Ihren Kontakt hinterlassen.",
      "forget": "Kontakt löschen",
      "back": "Zurück",
      "notNow": "Das ist nicht mehr möglich. Unten sehen Sie den aktuellen Stand.",
      "contactWrong": "Nichts gespeichert: Bitte schreiben Sie 1 bis 80 Zeichen und setzen Sie das Häkchen zur Zustimmung."
    },
    "ends": {
      "thanks": {
        "title": "Vielen Dank!",
        "more": "Ihre Antwort ist in der Filiale angekommen.",
        "button": "Meine Antwort zurückziehen"
      },
      "answered": {
        "title": "Schon beantwortet",
        "more": "Zu diesem Besuch gibt es schon eine Antwort; es gilt die erste.",
        "offer": "Sie können sie zurückziehen und neu antworten.",
        "button": "Meine Antwort zurückziehen"
      },
      "taken-back": {
        "title": "Zurückgezogen",
        "more": "Ihre Antwort ist gelöscht. Gespeichert bleibt nur, dass sie zurückgezogen wurde.",
        "button": "Neu antworten"
      },
      "link-unknown": {
        "title": "Kein Link zu einer Umfrage",
        "more": "Bitte scannen Sie den Code auf Ihrem Kassenbon noch einmal."
      },
      "link-expired": {
        "title": "Dieser Link ist abgelaufen",
        "more": "Danke, dass Sie noch einmal vorbeischauen. Nächstes Mal freuen wir uns auf Ihre Meinung."
      },
      "link-from-the-future": {
        "title": "Noch nicht",
        "more": "Die Uhr der Kasse geht falsch. Bitte versuchen Sie es später noch einmal.",
        "button": "Noch einmal versuchen"
      },
      "survey-over": {
        "title": "Diese Umfrage ist beendet",
        "more": "Die Filiale führt sie nicht mehr durch. Trotzdem vielen Dank."
      },
      "offline": {
        "title": "Keine Verbindung",
        "more": "Bitte versuchen Sie es noch einmal, sobald Sie wieder Netz haben.",
        "button": "Noch einmal versuchen"
      },
      "unavailable": {
        "title": "Einen Moment",
        "more": "Der Server hat nicht geantwortet. Bitte versuchen Sie es in einigen Sekunden noch einmal.",
        "button": "Noch einmal versuchen"
      }
    }
  },
  "en": {
    "loading": "Opening…",
    "send": "Send",
    "sending": "Sending…",
    "optional": "optional",
    "asksReply": "I'd like the store to reply to me here",
    "progress": "{done} of {of} answered",
    "mend": "Not sent yet: please look at your answers again.",
    "missing": "Please answer this one.",
    "nothing": "Please answer at least one question.",
    "controlCharacters": "Something in here can't be shown. Please type it anew.",
    "questionsChanged": "The store has just changed its questions. Please look at them again.",
    "tookBack": "You have taken this answer back. To answer anew, please send it again.",
    "notTakenBack": "Only the phone that sent an answer can take it back.",
    "offline": "No connection. Keep this page open: your answer goes out by itself as soon as there is one.",
    "busy": "Many are answering just now. Keep this page open: your answer goes out by itself.",
    "tooLong": "Too long. Please shorten what you wrote and send it again.",
    "tryLater": "That did not work. Please try again in a moment.",
    "followUp": {
      "promise": "The store will reply here. Come back to this link on this phone.",
      "see": "See the store's reply",
      "open": "The store has your answer. There is no new reply yet.",
      "taken": "Somebody at the store is seeing to it.",
      "answered": "The store has replied.",
      "closed": "The store has closed this.",
      "reply": "The store's reply",
      "ask": "Is it solved?",
      "solved": "Solved",
      "notSolved": "Not solved",
      "saidSolved": "You said that it is solved. Thank you.",
      "saidNotSolved": "You said that it is not solved. The store is to see to it again.",
      "noMore": "You have said three times that it is not solved. It can't be opened again here.",
      "award": "A thank-you from the store: {amount}",
      "code": "Show this code in the store:",
      "redeemed": "It has been handed out.",
      "contact": "I'd like the store to contact me",
      "contactHow": "Your phone number, WeChat id or e-mail address",
      "agreed": "The store may contact me about this. What I leave here is kept apart from my answer, and each reading of it is noted. It is deleted 7 days after this is closed, and after 30 days at the latest.",
      "leave": "Leave it",
      "left": "You have left word how to reach you.",
      "forget": "Delete it",
      "back": "Back",
      "notNow": "That is no longer possible. Below is how things are now.",
      "contactWrong": "Nothing was kept: write 1 to 80 characters, and tick that you agree."
    },
    "ends": {
      "thanks": {
        "title": "Thank you!",
        "more": "Your answer has reached the store.",
        "button": "Take my answer back"
      },
      "answered": {
        "title": "Already answered",
        "more": "This visit has been answered; the first answer stands.",
        "offer": "You can take it back and answer anew.",
        "button": "Take my answer back"
      },
      "taken-back": {
        "title": "Taken back",
        "more": "Your answer is gone. All that is kept is that it was taken back.",
        "button": "Answer anew"
      },
      "link-unknown": {
        "title": "Not a survey link",
        "more": "Please scan the code on your receipt again."
      },
      "link-expired": {
        "title": "This link has expired",
        "more": "Thank you for coming back to it. Next time we'd love to hear from you."
      },
      "link-from-the-future": {
        "title": "Not yet",
        "more": "The clock of the till is wrong. Please try again later.",
        "button": "Try again"
      },
      "survey-over": {
        "title": "This survey is over",
        "more": "The store no longer asks it. Thank you all the same."
      },
      "offline": {
        "title": "No connection",
        "more": "Please try again when there is one.",
        "button": "Try again"
      },
      "unavailable": {
        "title": "Just a moment",
        "more": "The server did not answer. Please try again in a few seconds.",
        "button": "Try again"
      }
    }
  },
  "fr": {
    "loading": "Ouverture…",
    "send": "Envoyer",
    "sending": "Envoi en cours…",
    "optional": "facultatif",
    "asksReply": "Je souhaite que l’établissement me réponde ici",
    "progress": "{done} réponses sur {of}",
    "mend": "Pas encore envoyé : merci de revoir vos réponses.",
    "missing": "Merci de répondre à cette question.",
    "nothing": "Merci de répondre à au moins une question.",
    "controlCharacters": "Ce texte contient un caractère qui ne peut pas s’afficher. Merci de le saisir à nouveau.",
    "questionsChanged": "L’établissement vient de modifier ses questions. Merci de les revoir.",
    "tookBack": "Vous avez retiré cette réponse. Pour répondre à nouveau, merci de l’envoyer encore une fois.",
    "notTakenBack": "Seul le téléphone qui a envoyé une réponse peut la retirer.",
    "offline": "Pas de connexion. Gardez cette page ouverte : votre réponse partira d’elle-même dès le retour du réseau.",
    "busy": "Beaucoup de personnes répondent en ce moment. Gardez cette page ouverte : votre réponse partira d’elle-même.",
    "tooLong": "Texte trop long. Raccourcissez-le, puis renvoyez.",
    "tryLater": "Cela n’a pas fonctionné. Réessayez dans un instant.",
    "followUp": {
      "promise": "L’établissement vous répondra ici. Revenez sur ce lien avec ce téléphone.",
      "see": "Voir la réponse de l’établissement",
      "open": "L’établissement a bien reçu votre réponse. Il n’y a pas encore de nouveau message.",
      "taken": "Quelqu’un de l’établissement s’en occupe.",
      "answered": "L’établissement a répondu.",
      "closed": "L’établissement a clos cet échange.",
      "reply": "La réponse de l’établissement",
      "ask": "Le problème est-il résolu ?",
      "solved": "Résolu",
      "notSolved": "Pas résolu",
      "saidSolved": "Vous avez indiqué que le problème est résolu. Merci.",
      "saidNotSolved": "Vous avez indiqué que le problème n’est pas résolu. L’établissement doit s’en occuper à nouveau.",
      "noMore": "Vous avez indiqué trois fois que le problème n’est pas résolu. Il n’est plus possible de le rouvrir ici.",
      "award": "Un remerciement de l’établissement : {amount}",
      "code": "Présentez ce code dans l’établissement :",
      "redeemed": "Il vous a été remis.",
      "contact": "Je souhaite que l’établissement me contacte",
      "contactHow": "Votre numéro de téléphone, identifiant WeChat ou adresse e-mail",
      "agreed": "J’accepte que l’établissement me contacte à ce sujet. Ce que je laisse ici est conservé à part de ma réponse, et chaque consultation est consignée. C’est supprimé 7 jours après la clôture, et au plus tard au bout de 30 jours.",
      "leave": "Laisser mes coordonnées",
      "left": "Vous avez laissé vos coordonnées.",
      "forget": "Supprimer mes coordonnées",
      "back": "Retour",
      "notNow": "Ce n’est plus possible. Voici où en sont les choses.",
      "contactWrong": "Rien n’a été enregistré : écrivez de 1 à 80 caractères et cochez la case d’accord."
    },
    "ends": {
      "thanks": {
        "title": "Merci !",
        "more": "Votre réponse est bien arrivée à l’établissement.",
        "button": "Retirer ma réponse"
      },
      "answered": {
        "title": "Déjà répondu",
        "more": "Une réponse a déjà été donnée pour cette visite ; c’est la première qui compte.",
        "offer": "Vous pouvez la retirer et répondre à nouveau.",
        "button": "Retirer ma réponse"
      },
      "taken-back": {
        "title": "Réponse retirée",
        "more": "Votre réponse est effacée. Seul le fait qu’elle a été retirée est conservé.",
        "button": "Répondre à nouveau"
      },
      "link-unknown": {
        "title": "Ce n’est pas un lien de questionnaire",
        "more": "Merci de scanner à nouveau le code sur votre ticket."
      },
      "link-expired": {
        "title": "Ce lien a expiré",
        "more": "Merci d’être de retour. La prochaine fois, votre avis nous fera très plaisir."
      },
      "link-from-the-future": {
        "title": "Pas encore",
        "more": "L’horloge de la caisse n’est pas à l’heure. Merci de réessayer plus tard.",
        "button": "Réessayer"
      },
      "survey-over": {
        "title": "Ce questionnaire est terminé",
        "more": "L’établissement ne le propose plus. Merci quand même."
      },
      "offline": {
        "title": "Pas de connexion",
        "more": "Réessayez dès que le réseau est revenu.",
        "button": "Réessayer"
      },
      "unavailable": {
        "title": "Un instant",
        "more": "Le serveur n’a pas répondu. Réessayez dans quelques secondes.",
        "button": "Réessayer"
      }
    }
  },
  "ja": {
    "loading": "開いています…",
    "send": "送信する",
    "sending": "送信中…",
    "optional": "任意",
    "asksReply": "お店からの返信をここで受け取りたい",
    "progress": "{of}問中{done}問回答済み",
    "mend": "まだ送信されていません。回答をもう一度ご確認ください。",
    "missing": "この質問にお答えください。",
    "nothing": "1つ以上の質問にお答えください。",
    "controlCharacters": "表示できない文字が含まれています。もう一度入力してください。",
    "questionsChanged": "お店が質問を変更したところです。もう一度ご確認ください。",
    "tookBack": "この回答は取り消し済みです。もう一度回答するには、改めて送信してください。",
    "notTakenBack": "回答を取り消せるのは、送信したスマートフォンだけです。",
    "offline": "通信できません。このページを開いたままお待ちください。つながり次第、自動で送信されます。",
    "busy": "ただいま混み合っています。このページを開いたままお待ちください。自動で送信されます。",
    "tooLong": "文章が長すぎます。短くしてもう一度送信してください。",
    "tryLater": "うまくいきませんでした。しばらくしてからもう一度お試しください。",
    "followUp": {
      "promise": "お店からの返信はここに届きます。このスマートフォンで、このリンクをもう一度開いてください。",
      "see": "お店からの返信を見る",
      "open": "ご回答はお店に届いています。新しい返信はまだありません。",
      "taken": "お店の担当者が対応しています。",
      "answered": "お店から返信がありました。",
      "closed": "お店での対応は終了しました。",
      "reply": "お店からの返信",
      "ask": "問題は解決しましたか？",
      "solved": "解決した",
      "notSolved": "解決していない",
      "saidSolved": "「解決した」とのお返事をいただきました。ありがとうございます。",
      "saidNotSolved": "「解決していない」とのお返事をいただきました。お店が改めて対応することになります。",
      "noMore": "「解決していない」とのお返事を3回いただきました。ここから再度お申し出いただくことはできません。",
      "award": "お店からのお礼：{amount}",
      "code": "お店でこのコードをお見せください：",
      "redeemed": "お渡し済みです。",
      "contact": "お店からの連絡を希望する",
      "contactHow": "電話番号、WeChat ID、またはメールアドレス",
      "agreed": "この件について、お店から連絡を受けることに同意します。ここに残す連絡先は回答とは別に保存され、閲覧のたびに記録されます。対応の終了から7日後、遅くとも30日後に削除されます。",
      "leave": "連絡先を残す",
      "left": "連絡先をお預かりしています。",
      "forget": "連絡先を削除する",
      "back": "戻る",
      "notNow": "この操作はもうできません。現在の状況は下のとおりです。",
      "contactWrong": "保存されませんでした。1～80文字で入力し、同意にチェックを入れてください。"
    },
    "ends": {
      "thanks": {
        "title": "ありがとうございました",
        "more": "ご回答はお店に届きました。",
        "button": "回答を取り消す"
      },
      "answered": {
        "title": "回答済みです",
        "more": "今回のご利用については回答済みです。最初の回答が有効です。",
        "offer": "取り消して、もう一度回答できます。",
        "button": "回答を取り消す"
      },
      "taken-back": {
        "title": "取り消しました",
        "more": "ご回答は削除されました。残るのは、取り消されたという記録だけです。",
        "button": "もう一度回答する"
      },
      "link-unknown": {
        "title": "アンケートのリンクではありません",
        "more": "レシートのコードをもう一度読み取ってください。"
      },
      "link-expired": {
        "title": "リンクの有効期限が切れています",
        "more": "もう一度開いてくださり、ありがとうございます。次の機会にぜひご意見をお聞かせください。"
      },
      "link-from-the-future": {
        "title": "まだ開けません",
        "more": "レジの時計が合っていません。後ほどもう一度お試しください。",
        "button": "もう一度試す"
      },
      "survey-over": {
        "title": "このアンケートは終了しました",
        "more": "お店ではもう受け付けていません。アクセスいただき、ありがとうございました。"
      },
      "offline": {
        "title": "接続できません",
        "more": "電波の届く場所でもう一度お試しください。",
        "button": "もう一度試す"
      },
      "unavailable": {
        "title": "少々お待ちください",
        "more": "サーバーから応答がありません。数秒後にもう一度お試しください。",
        "button": "もう一度試す"
      }
    }
  },
  "ko": {
    "loading": "여는 중…",
    "send": "보내기",
    "sending": "보내는 중…",
    "optional": "선택",
    "asksReply": "여기에서 매장의 답변을 받고 싶습니다",
    "progress": "{of}개 중 {done}개 답변",
    "mend": "아직 보내지 않았습니다. 응답을 다시 확인해 주세요.",
    "missing": "이 질문에 답해 주세요.",
    "nothing": "질문에 하나 이상 답해 주세요.",
    "controlCharacters": "표시할 수 없는 문자가 있습니다. 다시 입력해 주세요.",
    "questionsChanged": "매장에서 방금 질문을 바꾸었습니다. 다시 확인해 주세요.",
    "tookBack": "이 응답은 철회하셨습니다. 다시 응답하시려면 한 번 더 보내 주세요.",
    "notTakenBack": "응답을 보낸 휴대폰에서만 철회할 수 있습니다.",
    "offline": "인터넷에 연결되어 있지 않습니다. 이 페이지를 닫지 마세요. 연결되면 자동으로 보내집니다.",
    "busy": "지금 응답하는 분이 많습니다. 이 페이지를 닫지 마세요. 자동으로 보내집니다.",
    "tooLong": "내용이 너무 깁니다. 줄여서 다시 보내 주세요.",
    "tryLater": "처리되지 않았습니다. 잠시 후 다시 시도해 주세요.",
    "followUp": {
      "promise": "매장의 답변은 여기에서 보실 수 있습니다. 이 휴대폰으로 이 링크를 다시 열어 주세요.",
      "see": "매장의 답변 보기",
      "open": "매장에서 응답을 받았습니다. 아직 새 답변은 없습니다.",
      "taken": "매장 직원이 처리하고 있습니다.",
      "answered": "매장에서 답변했습니다.",
      "closed": "매장에서 처리를 마쳤습니다.",
      "reply": "매장의 답변",
      "ask": "문제가 해결되었나요?",
      "solved": "해결됨",
      "notSolved": "해결 안 됨",
      "saidSolved": "해결되었다고 알려 주셨습니다. 감사합니다.",
      "saidNotSolved": "해결되지 않았다고 알려 주셨습니다. 매장에서 다시 처리하게 됩니다.",
      "noMore": "해결되지 않았다고 세 번 알려 주셨습니다. 여기에서는 더 이상 다시 접수할 수 없습니다.",
      "award": "매장의 감사 선물: {amount}",
      "code": "매장에서 이 코드를 보여 주세요:",
      "redeemed": "이미 받으셨습니다.",
      "contact": "매장의 연락을 받고 싶습니다",
      "contactHow": "전화번호, WeChat ID 또는 이메일 주소",
      "agreed": "이 일과 관련하여 매장이 저에게 연락하는 데 동의합니다. 여기에 남기는 연락처는 응답과 따로 보관되며, 열람할 때마다 기록됩니다. 처리가 끝나고 7일 뒤, 늦어도 30일 뒤에는 삭제됩니다.",
      "leave": "연락처 남기기",
      "left": "연락처를 남기셨습니다.",
      "forget": "연락처 삭제하기",
      "back": "뒤로",
      "notNow": "이제는 할 수 없는 작업입니다. 현재 상태는 아래와 같습니다.",
      "contactWrong": "저장되지 않았습니다. 1~80자로 입력하고 동의에 체크해 주세요."
    },
    "ends": {
      "thanks": {
        "title": "감사합니다!",
        "more": "응답이 매장에 전달되었습니다.",
        "button": "내 응답 철회하기"
      },
      "answered": {
        "title": "이미 응답하셨습니다",
        "more": "이번 방문에 대한 응답이 이미 있습니다. 처음 응답이 유지됩니다.",
        "offer": "철회하고 다시 응답하실 수 있습니다.",
        "button": "내 응답 철회하기"
      },
      "taken-back": {
        "title": "철회되었습니다",
        "more": "응답이 삭제되었습니다. 철회했다는 기록만 남습니다.",
        "button": "다시 응답하기"
      },
      "link-unknown": {
        "title": "설문 링크가 아닙니다",
        "more": "영수증의 코드를 다시 스캔해 주세요."
      },
      "link-expired": {
        "title": "링크가 만료되었습니다",
        "more": "다시 찾아 주셔서 감사합니다. 다음에 꼭 의견을 들려주세요."
      },
      "link-from-the-future": {
        "title": "아직 열 수 없습니다",
        "more": "계산대의 시계가 맞지 않습니다. 나중에 다시 시도해 주세요.",
        "button": "다시 시도"
      },
      "survey-over": {
        "title": "설문이 끝났습니다",
        "more": "매장에서 더 이상 진행하지 않는 설문입니다. 그래도 감사합니다."
      },
      "offline": {
        "title": "연결되지 않음",
        "more": "네트워크를 확인한 뒤 다시 시도해 주세요.",
        "button": "다시 시도"
      },
      "unavailable": {
        "title": "잠시만 기다려 주세요",
        "more": "서버가 응답하지 않습니다. 몇 초 후 다시 시도해 주세요.",
        "button": "다시 시도"
      }
    }
  },
  "zh-CN": {
    "loading": "正在打开……",
    "send": "提交",
    "sending": "正在提交……",
    "optional": "选填",
    "asksReply": "请门店在这里回复我",
    "progress": "已答 {done} 题，共 {of} 题",
    "mend": "尚未提交，请再看一下您的回答。",
    "missing": "请回答这一题。",
    "nothing": "请至少回答一题。",
    "controlCharacters": "文字中有无法显示的字符，请重新输入。",
    "questionsChanged": "门店刚刚更新了问卷，请再看一下。",
    "tookBack": "您已撤回这份回答。如需重新填写，请再次提交。",
    "notTakenBack": "只能在提交回答的手机上撤回。",
    "offline": "网络不通。请不要关闭本页，网络恢复后会自动提交。",
    "busy": "系统繁忙，请不要关闭本页，稍后会自动提交。",
    "tooLong": "内容太长，请缩短文字后再提交。",
    "tryLater": "没有成功，请稍后再试。",
    "followUp": {
      "promise": "门店会在这里回复您，请用这部手机再打开这个链接查看。",
      "see": "查看门店的回复",
      "open": "门店已收到您的反馈，暂时没有新的回复。",
      "taken": "门店正在处理。",
      "answered": "门店已回复。",
      "closed": "门店已处理完毕。",
      "reply": "门店的回复",
      "ask": "问题解决了吗？",
      "solved": "已解决",
      "notSolved": "仍未解决",
      "saidSolved": "您表示问题已解决，谢谢。",
      "saidNotSolved": "您表示问题仍未解决，门店会再次处理。",
      "noMore": "您已三次表示仍未解决，这里不能再次提出。",
      "award": "门店给您的奖励：{amount}",
      "code": "请到门店出示兑换码：",
      "redeemed": "奖励已领取。",
      "contact": "希望门店联系我",
      "contactHow": "电话、微信号或邮箱",
      "agreed": "我同意门店为处理这件事与我联系。联系方式与回答分开保存，每次查看都有记录；处理完毕 7 天后删除，最长保存 30 天。",
      "leave": "提交联系方式",
      "left": "您已留下联系方式。",
      "forget": "删除联系方式",
      "back": "返回",
      "notNow": "现在不能这样做，目前的情况如下。",
      "contactWrong": "尚未保存：请填写 1 到 80 个字，并勾选同意。"
    },
    "ends": {
      "thanks": {
        "title": "谢谢您！",
        "more": "门店已收到您的反馈。",
        "button": "撤回我的回答"
      },
      "answered": {
        "title": "已填写过",
        "more": "这次消费已经填写过问卷，以第一次的回答为准。",
        "offer": "您可以撤回后重新填写。",
        "button": "撤回我的回答"
      },
      "taken-back": {
        "title": "已撤回",
        "more": "您的回答已删除，只留下曾经撤回的记录。",
        "button": "重新填写"
      },
      "link-unknown": {
        "title": "这不是问卷链接",
        "more": "请重新扫描小票上的二维码。"
      },
      "link-expired": {
        "title": "链接已过期",
        "more": "感谢您回来看看，期待下次听到您的意见。"
      },
      "link-from-the-future": {
        "title": "时间未到",
        "more": "收银机的时间有误，请稍后再试。",
        "button": "再试一次"
      },
      "survey-over": {
        "title": "问卷已结束",
        "more": "门店已不再使用这份问卷，仍然感谢您。"
      },
      "offline": {
        "title": "网络不通",
        "more": "请检查网络后再试。",
        "button": "再试一次"
      },
      "unavailable": {
        "title": "请稍候",
        "more": "服务器没有回应，请过几秒再试。",
        "button": "再试一次"
      }
    }
  },
  "zh-TW": {
    "loading": "正在開啟……",
    "send": "送出",
    "sending": "正在送出……",
    "optional": "選填",
    "asksReply": "請門市在這裡回覆我",
    "progress": "已答 {done} 題，共 {of} 題",
    "mend": "尚未送出，請再看一下您的回答。",
    "missing": "請回答這一題。",
    "nothing": "請至少回答一題。",
    "controlCharacters": "文字中有無法顯示的字元，請重新輸入。",
    "questionsChanged": "門市剛剛更新了問卷，請再看一下。",
    "tookBack": "您已撤回這份回答。如需重新填寫，請再次送出。",
    "notTakenBack": "只能在送出回答的手機上撤回。",
    "offline": "網路不通。請保持本頁開啟，網路恢復後會自動送出。",
    "busy": "系統忙碌，請保持本頁開啟，稍後會自動送出。",
    "tooLong": "內容太長，請縮短文字後再送出。",
    "tryLater": "沒有成功，請稍後再試。",
    "followUp": {
      "promise": "門市會在這裡回覆您，請用這支手機再打開這個連結查看。",
      "see": "查看門市的回覆",
      "open": "門市已收到您的回饋，目前沒有新的回覆。",
      "taken": "門市正在處理。",
      "answered": "門市已回覆。",
      "closed": "門市已處理完畢。",
      "reply": "門市的回覆",
      "ask": "問題解決了嗎？",
      "solved": "已解決",
      "notSolved": "仍未解決",
      "saidSolved": "您表示問題已解決，謝謝。",
      "saidNotSolved": "您表示問題仍未解決，門市會再次處理。",
      "noMore": "您已三次表示仍未解決，這裡無法再次提出。",
      "award": "門市給您的獎勵：{amount}",
      "code": "請在門市出示兌換碼：",
      "redeemed": "獎勵已領取。",
      "contact": "希望門市聯絡我",
      "contactHow": "電話、微信號或電子信箱",
      "agreed": "我同意門市為處理這件事與我聯絡。聯絡方式與回答分開保存，每次查看都有記錄；處理完畢 7 天後刪除，最長保存 30 天。",
      "leave": "送出聯絡方式",
      "left": "您已留下聯絡方式。",
      "forget": "刪除聯絡方式",
      "back": "返回",
      "notNow": "現在無法這樣做，目前的情況如下。",
      "contactWrong": "尚未保存：請填寫 1 到 80 個字，並勾選同意。"
    },
    "ends": {
      "thanks": {
        "title": "謝謝您！",
        "more": "門市已收到您的回饋。",
        "button": "撤回我的回答"
      },
      "answered": {
        "title": "已填寫過",
        "more": "這次消費已經填寫過問卷，以第一次的回答為準。",
        "offer": "您可以撤回後重新填寫。",
        "button": "撤回我的回答"
      },
      "taken-back": {
        "title": "已撤回",
        "more": "您的回答已刪除，只留下曾經撤回的記錄。",
        "button": "重新填寫"
      },
      "link-unknown": {
        "title": "這不是問卷連結",
        "more": "請重新掃描小票上的二維碼。"
      },
      "link-expired": {
        "title": "連結已過期",
        "more": "感謝您回來看看，期待下次聽到您的意見。"
      },
      "link-from-the-future": {
        "title": "時間未到",
        "more": "收銀機的時間有誤，請稍後再試。",
        "button": "再試一次"
      },
      "survey-over": {
        "title": "問卷已結束",
        "more": "門市已不再使用這份問卷，仍然感謝您。"
      },
      "offline": {
        "title": "網路不通",
        "more": "請檢查網路後再試。",
        "button": "再試一次"
      },
      "unavailable": {
        "title": "請稍候",
        "more": "伺服器沒有回應，請過幾秒再試。",
        "button": "再試一次"
      }
    }
  }
};

const NAMES = {
  "ar": "العربية",
  "de": "Deutsch",
  "en": "English",
  "fr": "Français",
  "ja": "日本語",
  "ko": "한국어",
  "zh-CN": "简体中文",
  "zh-TW": "繁體中文"
};

/** The words nearest to a language: Chinese by its script, English where there are none. */
function wordsIn(language) {
  const parts = language.toLowerCase().split(/[-_]/);
  if (parts[0] !== 'zh') return WORDS[parts[0]] || WORDS['en'];
  return WORDS[parts.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-TW' : 'zh-CN'];
}

/** What a language calls itself. */
function languageName(language) {
  return NAMES[language] || language;
}

module.exports = { wordsIn, languageName };
