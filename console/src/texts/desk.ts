// What is said at the desk of discrepancies, in both languages.

export type Act = "acknowledge" | "assign" | "note" | "reopen";

export interface DeskTexts {
  acts: Record<Act, string>;
  titles: Record<Act, (count: number) => string>;
  done: Record<Act, (count: number) => string>;
  undone: string;
  notUndone: string;
  note: string;
  why: string;
  noteHint: string;
  until: string;
  untilHint: string;
  assignee: string;
  nobody: string;
  me: string;
  /** What was done to it, by whom. */
  steps: Record<string, string>;
  stepsTitle: string;
  by: (name: string) => string;
  toss: string;
  age: (days: number) => string;
  ageHead: string;
  notes: string;
  noteCount: (count: number) => string;
  back: string;
  acknowledgedUntil: (day: string) => string;
  select: (order: string) => string;
  selectAll: string;
  selected: (count: number) => string;
  clear: string;
  leastDelta: string;
  orders: { NEWEST: string; OLDEST: string; LARGEST_DELTA: string };
  sums: string;
  evidence: string;
  settlementRows: string;
  odd: string;
  before: string;
  after: string;
  unreadDays: string;
  equation: string;
  cancelRequest: string;
  transactions: string;
}

export const koDesk: DeskTexts = {
  acts: { acknowledge: "확인함", assign: "담당 지정", note: "메모", reopen: "다시 열기" },
  titles: {
    acknowledge: (count) => `${count}건을 확인함으로 표시`,
    assign: (count) => `${count}건의 담당 지정`,
    note: (count) => `${count}건에 메모`,
    reopen: (count) => `${count}건을 다시 열기`,
  },
  done: {
    acknowledge: (count) => `${count}건을 확인함으로 표시했습니다`,
    assign: (count) => `${count}건의 담당을 지정했습니다`,
    note: (count) => `${count}건에 메모했습니다`,
    reopen: (count) => `${count}건을 다시 열었습니다`,
  },
  undone: "되돌렸습니다",
  notUndone: "되돌리지 못했습니다. 목록에서 직접 고치세요.",
  note: "메모",
  why: "사유 (선택)",
  noteHint: "구매자 이름이나 계좌번호는 쓰지 마세요.",
  until: "언제까지 (선택)",
  untilHint: "이 날이 지나면 다시 나타납니다. 근거가 바뀌면 그 전에도 다시 나타납니다.",
  assignee: "담당",
  nobody: "비워 두면 담당이 없어집니다.",
  me: "내가 담당",
  steps: {
    ACKNOWLEDGED: "확인함",
    ASSIGNED: "담당 지정",
    UNASSIGNED: "담당 해제",
    NOTED: "메모",
    REOPENED: "다시 열음",
    EVIDENCE_CHANGED: "근거가 바뀌어 다시 나타남",
    DAY_CAME: "정한 날이 되어 다시 나타남",
    RESOLVED: "더는 발견되지 않음",
    FOUND_AGAIN: "다시 발견됨",
  },
  stepsTitle: "처리 내역",
  by: (name) => name,
  toss: "자동",
  age: (days) => `${days}영업일`,
  ageHead: "경과",
  notes: "메모",
  noteCount: (count) => `메모 ${count}`,
  back: "다시 나타남",
  acknowledgedUntil: (day) => `${day}까지 확인함`,
  select: (order) => `${order} 선택`,
  selectAll: "이 쪽 모두 선택",
  selected: (count) => `선택 ${count}건`,
  clear: "선택 해제",
  leastDelta: "차이 ≥ (원)",
  orders: { NEWEST: "최근 순", OLDEST: "오래된 순", LARGEST_DELTA: "차이 큰 순" },
  sums: "유형별 건수와 차이 합계",
  evidence: "근거",
  settlementRows: "정산 행",
  odd: "안 맞는 행",
  before: "이전",
  after: "지금",
  unreadDays: "아직 읽지 못한 날",
  equation: "금액 − 수수료 = 지급 금액",
  cancelRequest: "취소 요청",
  transactions: "거래",
};

const items = (count: number) => `${count} ${count === 1 ? "item" : "items"}`;

export const enDesk: DeskTexts = {
  acts: { acknowledge: "Acknowledge", assign: "Assign", note: "Note", reopen: "Reopen" },
  titles: {
    acknowledge: (count) => `Acknowledge ${items(count)}`,
    assign: (count) => `Assign ${items(count)}`,
    note: (count) => `A note on ${items(count)}`,
    reopen: (count) => `Reopen ${items(count)}`,
  },
  done: {
    acknowledge: (count) => `Acknowledged ${items(count)}`,
    assign: (count) => `Assigned ${items(count)}`,
    note: (count) => `Noted on ${items(count)}`,
    reopen: (count) => `Reopened ${items(count)}`,
  },
  undone: "Taken back",
  notUndone: "Could not be taken back: change it in the list.",
  note: "Note",
  why: "Why (optional)",
  noteHint: "No names of buyers, no account numbers.",
  until: "Until (optional)",
  untilHint: "After this day it comes back, and before it when its evidence changes.",
  assignee: "Assignee",
  nobody: "Empty: nobody has it any more.",
  me: "Assign to me",
  steps: {
    ACKNOWLEDGED: "Acknowledged",
    ASSIGNED: "Assigned",
    UNASSIGNED: "Taken from its assignee",
    NOTED: "Note",
    REOPENED: "Reopened",
    EVIDENCE_CHANGED: "Back again: its evidence changed",
    DAY_CAME: "Back again: its day came",
    RESOLVED: "No longer found",
    FOUND_AGAIN: "Found again",
  },
  stepsTitle: "What was done",
  by: (name) => name,
  toss: "by itself",
  age: (days) => `${days} business ${days === 1 ? "day" : "days"}`,
  ageHead: "Age",
  notes: "Notes",
  noteCount: (count) => `${count} ${count === 1 ? "note" : "notes"}`,
  back: "Back again",
  acknowledgedUntil: (day) => `Acknowledged until ${day}`,
  select: (order) => `Choose ${order}`,
  selectAll: "Choose all of this page",
  selected: (count) => `${items(count)} chosen`,
  clear: "Choose none",
  leastDelta: "Difference ≥",
  orders: { NEWEST: "Newest first", OLDEST: "Oldest first", LARGEST_DELTA: "Largest difference" },
  sums: "Counts and sums of differences by type",
  evidence: "Evidence",
  settlementRows: "Settlement rows",
  odd: "Does not fit",
  before: "Before",
  after: "Now",
  unreadDays: "Days not read",
  equation: "amount − fee = paid out",
  cancelRequest: "Cancel request",
  transactions: "Transactions",
};
