// Our own drawings on a grid of 24, one stroke width. Decoration: the name stands beside them or in aria-label.
import type { ReactNode } from 'react';

function Icon({ children, size = 16 }: { readonly children: ReactNode; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const AlertIcon = () => (
  <Icon>
    <path d="M12 4 2.8 19.5h18.4z" />
    <path d="M12 10v4.2M12 16.9v.1" />
  </Icon>
);
export const StatusIcon = () => (
  <Icon>
    <path d="M3 12.5h4l2.5-7 4.5 13 2.5-6H21" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m15.5 15.5 5 5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M5.5 5.5l13 13M18.5 5.5l-13 13" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="m4.5 12.5 5 5 10-11" />
  </Icon>
);
export const CrossIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6 6 18" />
  </Icon>
);
export const LanguageIcon = () => (
  <Icon>
    <path d="M3 5.5h9M7.5 3.5v2M10.5 5.5c-.5 4-3.5 7-7 8.5M5 9c1.2 2.2 3.5 4 6 5M12.5 20.5l4-10 4 10M13.9 17.2h5.2" />
  </Icon>
);
export const MoonIcon = () => (
  <Icon>
    <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />
  </Icon>
);
export const SunIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="4.2" />
    <path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7v5.3l3.5 2" />
  </Icon>
);
export const HelpIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M9.6 9.6a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8M12 16.7v.1" />
  </Icon>
);
export const SignOutIcon = () => (
  <Icon>
    <path d="M10 4H5.5v16H10M15 8l4 4-4 4M19 12H9.5" />
  </Icon>
);
export const FilterIcon = () => (
  <Icon size={14}>
    <path d="M4 5.5h16l-6.2 7.3V19l-3.6-2v-4.2z" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon size={14}>
    <rect x="8.5" y="8.5" width="11" height="11" rx="2" />
    <path d="M15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" />
  </Icon>
);
export const ShieldIcon = () => (
  <Icon size={14}>
    <path d="M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon size={14}>
    <path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1" />
  </Icon>
);
export const OpenIcon = () => (
  <Icon size={14}>
    <path d="M13.5 4.5h6v6M19.5 4.5l-9 9M10 5.5H5.5v13h13V14" />
  </Icon>
);
export const TableIcon = () => (
  <Icon size={14}>
    <rect x="4" y="5" width="16" height="14" rx="1.5" />
    <path d="M4 10h16M4 14.5h16M10 10v9" />
  </Icon>
);
export const ChartIcon = () => (
  <Icon size={14}>
    <path d="M4 20h16M6.5 16.5v-5M11 16.5v-10M15.5 16.5v-7M19.5 16.5v-3" />
  </Icon>
);
export const ArrowUpIcon = () => (
  <Icon size={14}>
    <path d="M12 19.5V5M6 11l6-6 6 6" />
  </Icon>
);
export const ArrowDownIcon = () => (
  <Icon size={14}>
    <path d="M12 4.5V19M6 13l6 6 6-6" />
  </Icon>
);
export const BulbIcon = () => (
  <Icon size={14}>
    <path d="M9.5 18h5M10.5 21h3M8.5 15c-1.5-1.2-2.5-3-2.5-5a6 6 0 1 1 12 0c0 2-1 3.8-2.5 5z" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon size={14}>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);
export const EditIcon = () => (
  <Icon size={14}>
    <path d="M4.5 19.5h4L19 9a2.1 2.1 0 0 0-3-3L5.5 16.5zM14 8l3 3" />
  </Icon>
);
export const TrashIcon = () => (
  <Icon size={14}>
    <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.5 11v5M13.5 11v5" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <path d="M5.5 12h.01M12 12h.01M18.5 12h.01" strokeWidth="2.6" />
  </Icon>
);
export const ColumnsIcon = () => (
  <Icon size={14}>
    <rect x="4" y="4.5" width="16" height="15" rx="1.5" />
    <path d="M9.5 4.5v15M14.5 4.5v15" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon size={14}>
    <path d="M12 4v11M7 10.5l5 5 5-5M4.5 20h15" />
  </Icon>
);
export const UploadIcon = () => (
  <Icon size={14}>
    <path d="M12 15.5v-11M7 9l5-5 5 5M4.5 20h15" />
  </Icon>
);
export const BookmarkIcon = () => (
  <Icon size={14}>
    <path d="M7 4h10v16l-5-4-5 4z" />
  </Icon>
);
export const HistoryIcon = () => (
  <Icon size={14}>
    <path d="M4.5 12a7.5 7.5 0 1 0 2.6-5.7M4.5 4v4h4M12 8v4.3l3 1.7" />
  </Icon>
);
export const UndoIcon = () => (
  <Icon size={14}>
    <path d="M8.5 5 4 9.5 8.5 14M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-3" />
  </Icon>
);
export const LockIcon = () => (
  <Icon size={14}>
    <rect x="5" y="10.5" width="14" height="9.5" rx="1.5" />
    <path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
  </Icon>
);
export const VaultIcon = () => (
  <Icon>
    <path d="M4.5 5h15v13h-15zM7 18v2M17 18v2M17 9v5" />
    <circle cx="10.5" cy="11.5" r="3" />
  </Icon>
);
export const RecordsIcon = () => (
  <Icon>
    <path d="M5 4.5h14v15H5zM8.5 9h7M8.5 12.5h7M8.5 16h4" />
  </Icon>
);
export const RolesIcon = () => (
  <Icon>
    <circle cx="12" cy="5.5" r="2.5" />
    <circle cx="5.5" cy="18" r="2.5" />
    <circle cx="18.5" cy="18" r="2.5" />
    <path d="M12 8v4M5.5 15.5V12h13v3.5" />
  </Icon>
);
export const InboxIcon = () => (
  <Icon>
    <path d="M4 13.5 6.5 5h11l2.5 8.5V19H4zM4 13.5h5l1.200 2.5h3.6l1.200-2.5h5" />
  </Icon>
);
export const JobsIcon = () => (
  <Icon>
    <path d="M4 7h11M4 12h16M4 17h8" />
    <path d="m17 4.5 3 2.5-3 2.5z" />
  </Icon>
);
export const BuildingIcon = () => (
  <Icon size={14}>
    <path d="M5 20.5v-16h9v16M14 9.5h5v11M3.5 20.5h17M8 8.5h3M8 12h3M8 15.5h3" />
  </Icon>
);
export const CalendarIcon = () => (
  <Icon size={14}>
    <rect x="4" y="5.5" width="16" height="14.5" rx="1.5" />
    <path d="M4 10h16M8.5 3.5v4M15.5 3.5v4" />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon size={14}>
    <path d="m7 10 5 5 5-5" />
  </Icon>
);
export const PersonIcon = () => (
  <Icon size={14}>
    <circle cx="12" cy="8" r="3.5" />
    <path d="M5 20c.5-4 3.3-6 7-6s6.5 2 7 6" />
  </Icon>
);

export function Logo() {
  return (
    <svg width="26" height="26" viewBox="0 0 24 24" aria-hidden="true">
      <rect width="24" height="24" rx="5.5" fill="#3949c6" />
      <path
        fill="#fff"
        d="M12 3.6 5.4 7.4v1.3h13.2V7.4zM7.4 9.7h1.7v3.1h5.8V9.7h1.7v3.1h1.2v1.7h-1.5l1.3 5.9h-1.8l-1.3-5.9h-3l-1.3 5.9H7.4l1.3-5.9H6.2v-1.7h1.2z"
      />
      <circle cx="12" cy="11.2" r="1.1" fill="#fff" />
    </svg>
  );
}
export const ChecklistIcon = () => (
  <Icon>
    <path d="m4 6.5 1.5 1.5L8.5 5M4 13.5l1.5 1.5 3-3M12 7h8M12 14h8M5 20h3M12 20h8" />
  </Icon>
);
