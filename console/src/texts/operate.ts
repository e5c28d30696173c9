// What the pages about reading and settings say, in both languages.

import { enActions, koActions } from "./actions";

export interface CoverageTexts {
  states: { read: string; gap: string; fault: string; open: string };
  before: string;
  readFrom: (from: string, through: string) => string;
  nothing: string;
  lastRead: (ago: string) => string;
  never: string;
  nextAttempt: (time: string) => string;
  notByItself: string;
  /** What is wrong with a day, by its code. */
  faults: Record<string, string>;
  readAgain: string;
  readAgainNow: string;
  readAgainTitle: string;
  readAgainHint: string;
  lists: string;
  chooseOne: string;
  asked: (days: number) => string;
}

export interface SettingsTexts {
  mine: string;
  signOutEverywhere: string;
  signOutHint: string;
  signOutTitle: string;
  tokens: string;
  name: string;
  owner: string;
  role: string;
  merchants: string;
  everyMerchant: string;
  created: string;
  lastUsed: string;
  neverUsed: string;
  expires: string;
  neverExpires: string;
  state: string;
  inForce: string;
  revoked: (time: string) => string;
  create: string;
  createTitle: string;
  ownerHint: string;
  merchantsHint: string;
  days: string;
  daysHint: string;
  made: (name: string) => string;
  onceHint: string;
  token: string;
  revoke: string;
  revokeTitle: (name: string) => string;
  revokeHint: string;
  typeName: (name: string) => string;
  revokedNow: (name: string) => string;
  notThere: string;
  /** Refusals of a new token, by their code. */
  refusals: Record<string, string>;
  audit: string;
  auditHint: string;
  /** What was done, by the log's own word. */
  actions: Record<string, string>;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: string;
  more: string;
}

export const koCoverage: CoverageTexts = {
  states: { read: "읽음", gap: "미수집", fault: "문제 있음", open: "아직 끝나지 않음" },
  before: "수집 전",
  readFrom: (from, through) => `${from}부터 ${through}까지 읽음`,
  nothing: "아직 읽지 않음",
  lastRead: (ago) => `마지막 수집 ${ago}`,
  never: "아직 수집하지 않음",
  nextAttempt: (time) => `${time}에 다시 읽습니다`,
  notByItself: "다시 읽어도 그대로라 자동으로 다시 읽지 않습니다",
  faults: {
    UNREADABLE_ROW: "읽을 수 없는 행",
    UPSTREAM_UNAVAILABLE: "토스가 응답하지 않음",
    REFUSED_BY_TOSS: "토스가 거절함",
    UNREADABLE_ANSWER: "읽을 수 없는 답",
    UNSTEADY: "읽는 동안 행이 바뀜",
    NO_END: "끝나지 않는 목록",
    NOT_STORED: "저장하지 못함",
  },
  readAgain: "다시 읽기…",
  readAgainNow: "다시 읽기",
  readAgainTitle: "날짜를 다시 읽기",
  readAgainHint:
    "오늘까지, 한 번에 366일까지 모든 상점의 목록을 다시 읽습니다. 취소와 사람이 기다리는 읽기 다음 차례입니다.",
  lists: "목록",
  chooseOne: "목록을 하나 이상 고르세요.",
  asked: (days) => `${days}일 치를 다시 읽습니다. 이 페이지에서 진행을 볼 수 있습니다`,
};

export const enCoverage: CoverageTexts = {
  states: { read: "Read", gap: "Not read", fault: "With a problem", open: "Not over yet" },
  before: "before reading began",
  readFrom: (from, through) => `Read from ${from} through ${through}`,
  nothing: "Nothing was read yet",
  lastRead: (ago) => `last read ${ago}`,
  never: "never read",
  nextAttempt: (time) => `Read again at ${time}`,
  notByItself: "Not read again by itself, since that would change nothing",
  faults: {
    UNREADABLE_ROW: "Rows that cannot be read",
    UPSTREAM_UNAVAILABLE: "Toss did not answer",
    REFUSED_BY_TOSS: "Toss refused",
    UNREADABLE_ANSWER: "An answer that cannot be read",
    UNSTEADY: "Rows changed while they were read",
    NO_END: "A list without end",
    NOT_STORED: "Could not be stored",
  },
  readAgain: "Read again…",
  readAgainNow: "Read again",
  readAgainTitle: "Read days again",
  readAgainHint:
    "The lists of every merchant, today at the latest, 366 days at most: after cancels and what people wait for.",
  lists: "Lists",
  chooseOne: "Choose a list at least.",
  asked: (days) => `${days} ${days === 1 ? "day is" : "days are"} read again: see here how they fare`,
};

export const koSettings: SettingsTexts = {
  mine: "내 설정",
  signOutEverywhere: "모든 기기에서 로그아웃",
  signOutHint: "이 브라우저를 포함해 나의 모든 로그인이 끝납니다.",
  signOutTitle: "모든 기기에서 로그아웃할까요?",
  tokens: "접속 토큰",
  name: "이름",
  owner: "소유자",
  role: "권한",
  merchants: "상점",
  everyMerchant: "모든 상점",
  created: "만든 때",
  lastUsed: "마지막 사용",
  neverUsed: "쓰지 않음",
  expires: "만료",
  neverExpires: "없음",
  state: "상태",
  inForce: "사용 중",
  revoked: (time) => `폐기 ${time}`,
  create: "토큰 만들기",
  createTitle: "새 접속 토큰",
  ownerHint: "토큰을 쓰는 사람이나 시스템입니다. 비워 두면 이름과 같습니다.",
  merchantsHint: "쉼표로 나눈 상점아이디. 비워 두면 모든 상점을 봅니다.",
  days: "며칠 뒤 만료 (선택)",
  daysHint: "비워 두면 만료되지 않습니다.",
  made: (name) => `${name} 토큰을 만들었습니다`,
  onceHint: "지금 복사하세요. 닫으면 다시 볼 수 없습니다.",
  token: "토큰",
  revoke: "폐기",
  revokeTitle: (name) => `${name} 토큰을 폐기할까요?`,
  revokeHint: "이 토큰으로 한 로그인도 모두 끝나며, 되돌릴 수 없습니다.",
  typeName: (name) => `확인을 위해 ${name} 입력`,
  revokedNow: (name) => `${name} 토큰을 폐기했습니다`,
  notThere: "그런 토큰이 없습니다. 목록을 새로 고치세요.",
  refusals: {
    NAME_TAKEN: "이 이름의 토큰이 있거나 있었습니다. 다른 이름을 쓰세요.",
    NAME_REFUSED: "이 이름은 쓸 수 없습니다. 다른 토큰이나 사람의 이름과 헷갈리지 않는 이름을 쓰세요.",
    OUT_OF_SCOPE: "내 토큰이 보는 상점 가운데에서 고르세요.",
    INVALID_INPUT: "입력을 고치세요. 이름은 글자·숫자·-, 상점은 상점아이디, 만료는 날 수입니다.",
  },
  audit: "감사 기록",
  auditHint: "취소와 그 결정, 토큰의 변경이 모두 남습니다.",
  actions: koActions,
  at: "때",
  actor: "누가",
  action: "무엇을",
  subject: "대상",
  detail: "내용",
  more: "더 보기",
};

export const enSettings: SettingsTexts = {
  mine: "Mine",
  signOutEverywhere: "Sign out everywhere",
  signOutHint: "Every session of yours ends, this one too.",
  signOutTitle: "Sign out everywhere?",
  tokens: "Access tokens",
  name: "Name",
  owner: "Owner",
  role: "Role",
  merchants: "Merchants",
  everyMerchant: "All merchants",
  created: "Created",
  lastUsed: "Last used",
  neverUsed: "never",
  expires: "Ends",
  neverExpires: "never",
  state: "State",
  inForce: "In force",
  revoked: (time) => `Revoked ${time}`,
  create: "Create a token",
  createTitle: "A new access token",
  ownerHint: "Who or what uses the token. Empty: the same as its name.",
  merchantsHint: "Merchant ids with commas between. Empty: sees all of them.",
  days: "Ends after days (optional)",
  daysHint: "Empty: it does not end by itself.",
  made: (name) => `Made the token ${name}`,
  onceHint: "Copy it now. It cannot be shown again.",
  token: "Token",
  revoke: "Revoke",
  revokeTitle: (name) => `Revoke the token ${name}?`,
  revokeHint: "Sessions that were begun with it end too. This cannot be taken back.",
  typeName: (name) => `Type ${name} to confirm`,
  revokedNow: (name) => `Revoked the token ${name}`,
  notThere: "There is no such token: load the list again.",
  refusals: {
    NAME_TAKEN: "There is or was a token of this name: choose another.",
    NAME_REFUSED: "This name cannot be used: choose one that is not taken for another token's or person's.",
    OUT_OF_SCOPE: "Name some of the merchants that your own token sees.",
    INVALID_INPUT: "Change the input: a plain name, merchant ids, and a whole number of days.",
  },
  audit: "Audit log",
  auditHint: "Every cancel, every decision about one, and every change of a token.",
  actions: enActions,
  at: "When",
  actor: "Who",
  action: "What",
  subject: "Of",
  detail: "Detail",
  more: "More",
};
