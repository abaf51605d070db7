import { useRef, useState } from 'react';
import type { PointerEvent } from 'react';
import { usePreferences } from '../app/preferences';
import { levels } from '../api/types';
import type { Histogram as Counts } from '../api/types';
import { count as shownCount } from '../i18n/format';
import { fullTime, shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Button, IconButton } from '../ui/Button';
import { ChartIcon, TableIcon } from '../ui/icons';
import { levelName } from './Severity';
import styles from './Histogram.module.css';

interface Props {
  readonly counts: Counts | undefined;
  readonly zoomed: boolean;
  readonly onZoom: (from: string, to: string) => void;
  readonly onReset: () => void;
}

interface Bucket {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly counts: Counts['buckets'][number]['counts'];
}

const height = 44;
// A drag over less is a slip of a click.
const leastDrag = 4;

export function bucketsOf(counts: Counts): Bucket[] {
  return counts.buckets.map((bucket, index) => ({
    from: bucket.at,
    to: counts.buckets[index + 1]?.at ?? counts.to,
    total: levels.reduce((sum, level) => sum + (bucket.counts[level] ?? 0), 0),
    counts: bucket.counts,
  }));
}

export function Histogram({ counts, zoomed, onZoom, onReset }: Props) {
  const t = useText();
  const [asTable, setAsTable] = useState(false);
  const buckets = counts ? bucketsOf(counts) : [];
  return (
    <section className={styles.histogram} aria-label={t.histogramName()}>
      <div className={styles.tools}>
        {zoomed && <Button onClick={onReset}>{t.histogramReset()}</Button>}
        <IconButton name={asTable ? t.histogramAsChart() : t.histogramAsTable()} icon={asTable ? <ChartIcon /> : <TableIcon />} aria-pressed={asTable} onClick={() => setAsTable(!asTable)} />
      </div>
      {asTable ? <BucketTable buckets={buckets} onZoom={onZoom} /> : <Chart buckets={buckets} onZoom={onZoom} />}
    </section>
  );
}

function Chart({ buckets, onZoom }: { readonly buckets: readonly Bucket[]; readonly onZoom: Props['onZoom'] }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const chart = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const most = Math.max(1, ...buckets.map((bucket) => bucket.total));
  const all = buckets.reduce((sum, bucket) => sum + bucket.total, 0);
  const first = buckets[0];
  const last = buckets[buckets.length - 1];
  if (!first || !last) return <div className={styles.none}>{t.histogramNone()}</div>;

  const place = (event: PointerEvent) => {
    const box = chart.current?.getBoundingClientRect();
    return box ? Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) : 0;
  };
  const end = () => {
    const width = chart.current?.getBoundingClientRect().width ?? 0;
    setDrag(undefined);
    if (!drag || Math.abs(drag.to - drag.from) * width < leastDrag) return;
    const [from, to] = drag.from < drag.to ? [drag.from, drag.to] : [drag.to, drag.from];
    const at = (part: number) => buckets[Math.min(Math.floor(part * buckets.length), buckets.length - 1)];
    const begin = at(from);
    const finish = at(to);
    if (begin && finish) onZoom(begin.from, finish.to);
  };
  return (
    <div className={styles.chart}>
      <svg
        ref={chart}
        width="100%"
        height={height}
        viewBox={`0 0 ${buckets.length} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t.histogramSummary({ alerts: all, buckets: buckets.length, most })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: place(event), to: place(event) });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: place(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(undefined)}
      >
        <rect width={buckets.length} height={height} fill="transparent" />
        {buckets.map((bucket, index) => (
          <Bar key={bucket.from} bucket={bucket} index={index} most={most} title={`${fullTime(bucket.from, { language, zone })}\n${shownCount(bucket.total)}`} />
        ))}
        {drag && <rect className={styles.drag} x={Math.min(drag.from, drag.to) * buckets.length} width={Math.abs(drag.to - drag.from) * buckets.length} height={height} />}
      </svg>
      <div className={[styles.axis, 'num'].join(' ')}>
        <span>{shortTime(first.from, { language, zone })}</span>
        <span>{t.histogramHint()}</span>
        <span>{shortTime(last.to, { language, zone })}</span>
      </div>
    </div>
  );
}

interface BarProps {
  readonly bucket: Bucket;
  readonly index: number;
  readonly most: number;
  readonly title: string;
}

function Bar({ bucket, index, most, title }: BarProps) {
  let top = height;
  // The worst on top; a bucket with something in it is never invisible.
  const parts = [...levels].reverse().map((level) => {
    const value = bucket.counts[level] ?? 0;
    const tall = value === 0 ? 0 : Math.max((value / most) * (height - 2), 1.5);
    top -= tall;
    return <rect key={level} className={styles[level]} x={index + 0.08} y={top} width={0.84} height={tall} />;
  });
  return (
    <g>
      <title>{title}</title>
      <rect x={index} width={1} height={height} fill="transparent" />
      {parts}
    </g>
  );
}

function BucketTable({ buckets, onZoom }: { readonly buckets: readonly Bucket[]; readonly onZoom: Props['onZoom'] }) {
  const t = useText();
  const { language, zone } = usePreferences();
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.histogramName()}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.histogramFrom({ zone })}</th>
            {levels.map((level) => (
              <th key={level} scope="col" className={styles.number}>
                {levelName(level, t)}
              </th>
            ))}
            <th scope="col" className={styles.number}>
              {t.histogramTotal()}
            </th>
          </tr>
        </thead>
        <tbody>
          {buckets
            .filter((bucket) => bucket.total > 0)
            .map((bucket) => (
              <tr key={bucket.from}>
                <th scope="row">
                  <button type="button" onClick={() => onZoom(bucket.from, bucket.to)}>
                    {shortTime(bucket.from, { language, zone })}
                  </button>
                </th>
                {levels.map((level) => (
                  <td key={level} className={styles.number}>
                    {shownCount(bucket.counts[level] ?? 0)}
                  </td>
                ))}
                <td className={styles.number}>{shownCount(bucket.total)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
