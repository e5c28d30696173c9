// What the cancel dialogue and the requests say, in both languages. 취소 always means giving a payment back.

export interface CancelTexts {
  open: string;
  title: (order: string) => string;
  whole: (amount: string) => string;
  part: string;
  amount: string;
  amountHint: (most: string) => string;
  badAmount: string;
  reason: string;
  reasons: string[];
  reasonLength: (length: number, most: number) => string;
  reasonMissing: string;
  account: string;
  accountHint: string;
  bank: string;
  number: string;
  holder: string;
  accountMissing: string;
  voids: string;
  voidMissing: string;
  next: string;
  back: string;
  checking: string;
  confirm: string;
  balance: string;
  needsApproval: string;
  isVoid: string;
  send: (amount: string) => string;
  sending: string;
  result: string;
  succeeded: (amount: string) => string;
  voided: string;
  waiting: string;
  waitingHint: string;
  approval: string;
  refused: string;
  already: string;
  lost: string;
  lostHint: string;
  sendAgain: string;
  anew: string;
  leave: string;
  leaveHint: string;
  stay: string;
  stale: string;
  errors: Record<string, string>;
}

export const koCancel: CancelTexts = {
  open: "결제 취소",
  title: (order) => `결제 취소 · ${order}`,
  whole: (amount) => `전액 ${amount}`,
  part: "일부",
  amount: "취소 금액",
  amountHint: (most) => `최대 ${most}`,
  badAmount: "금액을 숫자로 입력하세요.",
  reason: "사유",
  reasons: ["고객 요청", "상품 품절", "배송 지연", "상품 불량", "중복 결제"],
  reasonLength: (length, most) => `${length} / ${most}`,
  reasonMissing: "사유를 입력하세요.",
  account: "환불 계좌",
  accountHint: "구매자 본인의 계좌여야 합니다. 이 화면을 닫으면 지워집니다.",
  bank: "은행",
  number: "계좌번호",
  holder: "예금주",
  accountMissing: "환불 계좌를 모두 입력하세요.",
  voids: "입금 전 계좌를 닫습니다 (환불 아님)",
  voidMissing: "입금 전 계좌를 닫는 것인지 확인해 주세요.",
  next: "다음",
  back: "뒤로",
  checking: "확인하는 중",
  confirm: "확인",
  balance: "취소 가능",
  needsApproval: "다른 관리자의 승인이 필요합니다. 승인되기 전에는 아무것도 보내지 않습니다.",
  isVoid: "돈은 움직이지 않습니다. 발급된 계좌만 닫습니다.",
  send: (amount) => `${amount} 취소`,
  sending: "보내는 중",
  result: "결과",
  succeeded: (amount) => `${amount}을 취소했습니다.`,
  voided: "입금 전 계좌를 닫았습니다. 환불된 돈은 없습니다.",
  waiting: "결과를 확인하고 있습니다.",
  waitingHint: "창을 닫아도 계속 확인합니다. 같은 취소를 새로 만들지 마세요.",
  approval: "승인을 기다립니다. 다른 관리자가 취소 요청에서 승인하면 보냅니다.",
  refused: "취소되지 않았습니다.",
  already: "이미 처리되어 있습니다.",
  lost: "서버의 답을 받지 못했습니다.",
  lostHint: "다시 보내도 두 번 취소되지 않습니다.",
  sendAgain: "다시 보내기",
  anew: "새로 시도",
  leave: "그만두기",
  leaveHint: "입력한 내용이 지워집니다. 그만둘까요?",
  stay: "계속 입력",
  stale: "토스가 응답하지 않아 취소할 수 없습니다. 잠시 뒤 다시 읽어 주세요.",
  errors: {
    FORBIDDEN: "조회 권한만 있습니다. 취소는 관리자에게 요청하세요.",
    ALREADY_CANCELED_PAYMENT: "남은 금액이 없습니다. 모두 취소된 결제입니다.",
    BALANCE_CHANGED: "그사이 취소 가능 금액이 바뀌었습니다. 새 금액을 보고 다시 결정하세요.",
    CANCEL_IN_FLIGHT: "이 결제의 다른 취소가 아직 끝나지 않았습니다.",
    IDEMPOTENCY_CONFLICT: "같은 요청이 다른 내용으로 이미 보내졌습니다. 새로 시도하세요.",
    VOID_NOT_CONFIRMED: "입금 전 계좌를 닫는 것인지 확인해 주세요.",
    REFUND_ACCOUNT_REQUIRED: "환불 계좌가 필요합니다.",
    INVALID_REFUND_ACCOUNT_NUMBER: "환불 계좌번호를 확인하세요.",
    LIMIT_EXCEEDED: "정해진 취소 한도를 넘습니다.",
    APPROVAL_REQUIRED: "다른 관리자의 승인이 필요합니다.",
    APPROVAL_EXPIRED: "승인 기한이 지났습니다. 아무것도 보내지 않았습니다.",
    WITHDRAWN: "철회했습니다. 아무것도 보내지 않았습니다.",
    OWN_REQUEST: "자신이 요청한 취소입니다. 다른 관리자가 처리해야 합니다.",
    NOT_AWAITING_APPROVAL: "승인을 기다리는 요청이 아닙니다.",
    NOT_UNDECIDED: "이미 결과가 정해진 요청입니다.",
    NO_SUCH_CANCEL: "그런 취소가 이 결제에 없습니다.",
    NOT_RECORDED: "기록하지 못해 아무것도 보내지 않았습니다. 잠시 뒤 다시 시도하세요.",
    DATABASE_BEHIND: "이 서버의 기록이 토스보다 오래되었습니다. 담당자에게 알려 주세요.",
    NOT_READ_YET: "결제를 아직 토스에서 읽지 않았습니다. 먼저 읽어 주세요.",
    NOT_FOUND_PAYMENT: "그런 결제가 없습니다.",
    OUTCOME_UNKNOWN: "토스가 결과를 아직 알려 주지 않았습니다. 같은 취소를 새로 만들지 마세요.",
    UPSTREAM_UNAVAILABLE: "토스가 응답하지 않아 아무것도 보내지 않았습니다. 다시 시도하세요.",
    NEVER_SENT: "서버가 멈춰 아무것도 보내지 않았습니다.",
    NOT_EXECUTED: "실행되지 않은 것으로 기록되었습니다.",
    CANCEL_ABORTED: "해외 결제수단이 취소를 포기했습니다.",
    KEY_REPLACED: "기다리는 동안 상점의 시크릿 키가 바뀌었습니다.",
    OWNER_SUSPENDED: "이 사람의 취소가 잠시 막혀 있습니다. 담당자에게 문의하세요.",
    TOO_YOUNG: "아직 이릅니다. 요청하고 1분이 지나야 합니다.",
  },
};

export const enCancel: CancelTexts = {
  open: "Cancel payment",
  title: (order) => `Cancel payment · ${order}`,
  whole: (amount) => `Everything, ${amount}`,
  part: "A part",
  amount: "Amount",
  amountHint: (most) => `${most} at most`,
  badAmount: "Type the amount in digits.",
  reason: "Reason",
  reasons: ["Customer's wish", "Out of stock", "Late delivery", "Faulty product", "Paid twice"],
  reasonLength: (length, most) => `${length} / ${most}`,
  reasonMissing: "Type a reason.",
  account: "Account for the refund",
  accountHint: "It must be the buyer's own. It is erased when this is closed.",
  bank: "Bank",
  number: "Account number",
  holder: "Account holder",
  accountMissing: "Type the whole account.",
  voids: "Close the account before anybody paid (no refund)",
  voidMissing: "Say that the account is to be closed before anybody paid.",
  next: "Next",
  back: "Back",
  checking: "Checking",
  confirm: "Check and confirm",
  balance: "Cancellable",
  needsApproval: "Another admin must approve it. Nothing is sent before that.",
  isVoid: "No money moves. Only the account that was issued is closed.",
  send: (amount) => `Cancel ${amount}`,
  sending: "Sending",
  result: "Result",
  succeeded: (amount) => `${amount} was cancelled.`,
  voided: "The account was closed before anybody paid. No money was given back.",
  waiting: "The outcome is not known yet.",
  waitingHint: "It is found out also when this is closed. Do not ask for the same cancel anew.",
  approval: "It waits for approval. It is sent when another admin approves it under Cancel requests.",
  refused: "Nothing was cancelled.",
  already: "It is already so.",
  lost: "The server's answer did not arrive.",
  lostHint: "Sending it again never cancels twice.",
  sendAgain: "Send again",
  anew: "Try anew",
  leave: "Leave",
  leaveHint: "What you typed will be erased. Leave?",
  stay: "Go on",
  stale: "Toss does not answer, so nothing can be cancelled. Read the payment again in a moment.",
  errors: {
    FORBIDDEN: "You may only read. Ask an admin to cancel.",
  },
};

/** A cancel's error by its code, else in the API's own words. */
export function cancelError(texts: CancelTexts, error: { code: string; message: string }): string {
  return texts.errors[error.code] ?? error.message;
}
