// Words for every value of the API's enums, in both languages. A value that the schema does not have, or one without a
// word, does not compile; a value that comes later is shown by its own label, or by the sentence beside it.

import type {
  CancelOrigin,
  CancelRequestStatus,
  DiscrepancyClass,
  MatchStrength,
  PaymentMethod,
  PaymentStatus,
  Role,
  SettlementKind,
  Severity,
  Source,
  TransactionEffect,
  Verdict,
} from "../server/generated/graphql";

export interface Codes {
  class: Record<DiscrepancyClass, string>;
  severity: Record<Severity, string>;
  verdict: Record<Verdict | "LISTS_AGREE", string>;
  status: Record<PaymentStatus, string>;
  effect: Record<TransactionEffect, string>;
  method: Record<PaymentMethod, string>;
  origin: Record<CancelOrigin, string>;
  request: Record<CancelRequestStatus, string>;
  match: Record<MatchStrength, string>;
  kind: Record<SettlementKind, string>;
  role: Record<Role, string>;
  source: Record<Source, string>;
}

export const koCodes: Codes = {
  class: {
    AMOUNT_MISMATCH: "금액 불일치",
    BALANCE_MISMATCH: "취소 가능 금액 불일치",
    CANCELED_ELSEWHERE: "외부에서 취소됨",
    CANCEL_UNRESOLVED: "취소 결과 확인 중",
    CURRENCY_MISMATCH: "통화 불일치",
    FEE_ARITHMETIC: "수수료 계산 오류",
    PAYOUT_DATE_CHANGED: "지급일 변경",
    REFUND_EXCEEDS_PAYMENT: "결제보다 많은 환불",
    REFUND_FAILED: "환불 실패",
    SETTLED_VOID: "미입금 취소가 정산됨",
    SETTLEMENT_DUPLICATED: "중복 정산",
    SETTLEMENT_MISSING: "정산 누락",
    SETTLEMENT_ORPHAN: "거래 없는 정산",
    SETTLEMENT_RESTATED: "정산 내용 변경",
    SOURCE_GAP: "수집 안 된 날 있음",
    STATUS_MISMATCH: "상태 불일치",
    UNKNOWN_STATUS: "알 수 없는 상태",
    UNREADABLE_ROW: "읽을 수 없는 행",
  },
  severity: { ERROR: "돈이 안 맞음", WAIT: "기다리는 중", INFO: "정보" },
  verdict: {
    RECONCILED: "대사 완료",
    PENDING: "대기",
    DISCREPANT: "불일치",
    INCOMPLETE: "자료 부족",
    LISTS_AGREE: "목록만 일치",
  },
  status: {
    READY: "결제 대기",
    IN_PROGRESS: "인증됨",
    WAITING_FOR_DEPOSIT: "입금 대기",
    DONE: "승인",
    PARTIAL_CANCELED: "부분취소",
    CANCELED: "취소",
    ABORTED: "승인 실패",
    EXPIRED: "만료",
    UNKNOWN: "알 수 없음",
  },
  effect: {
    PAID: "입금",
    REFUNDED: "환불",
    VOIDED: "입금 전 취소(환불 아님)",
    PAYMENT_REVERSED: "입금 취소(입금 오류)",
    NONE: "돈 이동 없음",
  },
  method: {
    CARD: "카드",
    EASY_PAY: "간편결제",
    VIRTUAL_ACCOUNT: "가상계좌",
    TRANSFER: "계좌이체",
    MOBILE_PHONE: "휴대폰",
    CULTURE_GIFT_CERTIFICATE: "문화상품권",
    BOOK_GIFT_CERTIFICATE: "도서문화상품권",
    GAME_GIFT_CERTIFICATE: "게임문화상품권",
    FOREIGN_EASY_PAY: "해외간편결제",
    UNKNOWN: "알 수 없음",
  },
  origin: { OURS: "우리", ELSEWHERE: "외부(상점관리자 등)", UNCERTAIN: "확인 중" },
  request: {
    AWAITING_APPROVAL: "승인 대기",
    REQUESTED: "요청됨",
    SENT: "보냄",
    SUCCEEDED: "완료",
    REJECTED: "거절",
    UNKNOWN: "확인 중",
    NEEDS_OPERATOR: "사람 확인 필요",
  },
  match: { EXACT: "정확", WEAK: "약한 연결", AMBIGUOUS: "여러 거래에 해당", NONE: "거래 없음" },
  kind: { PAYMENT: "결제", CANCEL: "취소" },
  role: { ADMIN: "관리자", ACCOUNTANT: "정산 담당", VIEWER: "조회" },
  source: { TRANSACTIONS: "거래", SETTLEMENTS: "정산" },
};

export const enCodes: Codes = {
  class: {
    AMOUNT_MISMATCH: "Amounts differ",
    BALANCE_MISMATCH: "Balance differs",
    CANCELED_ELSEWHERE: "Cancelled elsewhere",
    CANCEL_UNRESOLVED: "Cancel not known yet",
    CURRENCY_MISMATCH: "Currencies differ",
    FEE_ARITHMETIC: "Fee does not add up",
    PAYOUT_DATE_CHANGED: "Payout day moved",
    REFUND_EXCEEDS_PAYMENT: "Refunded more than paid",
    REFUND_FAILED: "Refund failed",
    SETTLED_VOID: "Void was settled",
    SETTLEMENT_DUPLICATED: "Settled twice",
    SETTLEMENT_MISSING: "Settlement missing",
    SETTLEMENT_ORPHAN: "Settlement without a transaction",
    SETTLEMENT_RESTATED: "Settlement changed",
    SOURCE_GAP: "Days not read",
    STATUS_MISMATCH: "Status differs",
    UNKNOWN_STATUS: "Unknown status",
    UNREADABLE_ROW: "Row cannot be read",
  },
  severity: { ERROR: "Does not add up", WAIT: "Waiting", INFO: "For information" },
  verdict: {
    RECONCILED: "Reconciled",
    PENDING: "Pending",
    DISCREPANT: "Discrepant",
    INCOMPLETE: "Incomplete",
    LISTS_AGREE: "Lists agree, payment not read",
  },
  status: {
    READY: "Ready",
    IN_PROGRESS: "In progress",
    WAITING_FOR_DEPOSIT: "Awaiting deposit",
    DONE: "Approved",
    PARTIAL_CANCELED: "Partly cancelled",
    CANCELED: "Cancelled",
    ABORTED: "Aborted",
    EXPIRED: "Expired",
    UNKNOWN: "Unknown",
  },
  effect: {
    PAID: "Paid",
    REFUNDED: "Refunded",
    VOIDED: "Voided, no refund",
    PAYMENT_REVERSED: "Deposit bounced",
    NONE: "No money moved",
  },
  method: {
    CARD: "Card",
    EASY_PAY: "Wallet",
    VIRTUAL_ACCOUNT: "Virtual account",
    TRANSFER: "Bank transfer",
    MOBILE_PHONE: "Mobile phone",
    CULTURE_GIFT_CERTIFICATE: "Culture voucher",
    BOOK_GIFT_CERTIFICATE: "Book voucher",
    GAME_GIFT_CERTIFICATE: "Game voucher",
    FOREIGN_EASY_PAY: "Wallet from abroad",
    UNKNOWN: "Unknown",
  },
  origin: { OURS: "Ours", ELSEWHERE: "Elsewhere", UNCERTAIN: "Not certain" },
  request: {
    AWAITING_APPROVAL: "Awaiting approval",
    REQUESTED: "Requested",
    SENT: "Sent",
    SUCCEEDED: "Succeeded",
    REJECTED: "Rejected",
    UNKNOWN: "Unknown",
    NEEDS_OPERATOR: "Needs a person",
  },
  match: { EXACT: "Exact", WEAK: "Weak match", AMBIGUOUS: "Fits several transactions", NONE: "No transaction" },
  kind: { PAYMENT: "Payment", CANCEL: "Cancel" },
  role: { ADMIN: "Admin", ACCOUNTANT: "Accountant", VIEWER: "Viewer" },
  source: { TRANSACTIONS: "Transactions", SETTLEMENTS: "Settlements" },
};

/** The word for a value; one that this version does not know gets the other text. */
export function word(words: Record<string, string>, value: string, otherwise: string): string {
  return Object.hasOwn(words, value) ? (words[value] ?? otherwise) : otherwise;
}
