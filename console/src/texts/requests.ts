// What the page of cancel requests says, in both languages.

export interface RequestTexts {
  tabs: { approval: string; open: string; person: string; all: string };
  kinds: string;
  at: string;
  payment: string;
  amount: string;
  whole: string;
  reason: string;
  by: string;
  approvedBy: string;
  status: string;
  until: (time: string) => string;
  actions: string;
  approve: string;
  withdraw: string;
  resolve: string;
  takeOver: string;
  approveTitle: string;
  withdrawTitle: string;
  resolveTitle: string;
  takeOverTitle: string;
  approveHint: string;
  withdrawHint: string;
  resolveHint: string;
  takeOverHint: string;
  balanceNow: string;
  executed: string;
  notExecuted: string;
  note: string;
  noteHint: string;
  which: string;
  done: string;
  empty: string;
  busy: string;
}

export const koRequests: RequestTexts = {
  tabs: { approval: "승인 대기", open: "확인 중", person: "사람 확인 필요", all: "전체" },
  kinds: "상태",
  at: "요청 시각",
  payment: "결제",
  amount: "금액",
  whole: "전액",
  reason: "사유",
  by: "요청자",
  approvedBy: "승인자",
  status: "상태",
  until: (time) => `${time}까지`,
  actions: "할 일",
  approve: "승인",
  withdraw: "철회",
  resolve: "결과 기록",
  takeOver: "직접 확인",
  approveTitle: "취소 승인",
  withdrawTitle: "요청 철회",
  resolveTitle: "결과 기록",
  takeOverTitle: "직접 확인하기",
  approveHint: "승인하면 바로 토스에 보냅니다. 그사이 금액이 바뀌었으면 보내지 않습니다.",
  withdrawHint: "아무것도 보내지 않고 요청을 끝냅니다.",
  resolveHint: "상점관리자의 결제 내역에서 이 결제의 취소 내역을 찾아보고, 본 대로 기록하세요.",
  takeOverHint: "토스가 결과를 알려 주지 않을 때, 상점관리자에서 직접 확인해 기록할 수 있게 합니다.",
  balanceNow: "지금 취소 가능",
  executed: "취소되었다",
  notExecuted: "취소되지 않았다",
  note: "근거",
  noteHint: "이름이나 계좌번호는 적지 마세요.",
  which: "거래 키 (취소가 여럿일 때)",
  done: "처리했습니다",
  empty: "취소 요청이 없습니다",
  busy: "처리하는 중",
};

export const enRequests: RequestTexts = {
  tabs: { approval: "Awaiting approval", open: "Unknown", person: "Needs a person", all: "All" },
  kinds: "State",
  at: "Requested",
  payment: "Payment",
  amount: "Amount",
  whole: "Everything",
  reason: "Reason",
  by: "By",
  approvedBy: "Approved by",
  status: "State",
  until: (time) => `until ${time}`,
  actions: "To do",
  approve: "Approve",
  withdraw: "Withdraw",
  resolve: "Record the outcome",
  takeOver: "Look it up",
  approveTitle: "Approve the cancel",
  withdrawTitle: "Withdraw the request",
  resolveTitle: "Record the outcome",
  takeOverTitle: "Look it up yourself",
  approveHint: "It is sent to Toss at once. Nothing is sent if the balance has changed meanwhile.",
  withdrawHint: "The request ends, and nothing is sent.",
  resolveHint: "Look for this payment's cancels in Toss's console, and record what you saw there.",
  takeOverHint: "Where Toss does not tell the outcome, you may look it up in Toss's console and record it.",
  balanceNow: "Cancellable now",
  executed: "It was cancelled",
  notExecuted: "It was not cancelled",
  note: "What that rests on",
  noteHint: "Write no names or account numbers.",
  which: "Transaction key (where there are several cancels)",
  done: "Done",
  empty: "There are no cancel requests",
  busy: "Working",
};
