import { Fragment } from 'react';
import { usePreferences } from '../app/preferences';
import type { RuleText } from '../api/types';
import { useText } from '../i18n/useText';
import { Visible, VisibleLines, longestText } from '../text/Visible';
import { CopyIcon } from '../ui/icons';
import { CopyButton } from './FieldValue';
import { Facts } from './parts';
import { tokens } from './yaml';
import styles from './RuleView.module.css';

const maxLines = 2000;

export function RuleView({ rule }: { readonly rule: RuleText }) {
  const t = useText();
  const { language } = usePreferences();
  const description = (language === 'ja' && rule.description_ja) || rule.description;
  return (
    <div className={styles.rule}>
      {description !== '' && (
        <p className={styles.text}>
          <VisibleLines text={description} />
        </p>
      )}
      <Facts
        facts={[
          [t.ruleId(), <Visible key="id" text={rule.id} />],
          [t.ruleStatus(), rule.status && <Visible key="status" text={rule.status} />],
          [t.ruleAuthor(), rule.author && <Visible key="author" text={rule.author} />],
          [t.ruleTags(), rule.tags.length > 0 && <Visible key="tags" text={rule.tags.join(', ')} />],
          [t.ruleSet(), rule.set && <Visible key="set" text={rule.set.slice(0, 16)} />],
        ]}
      />
      {rule.falsepositives.length > 0 && (
        <>
          <h4>{t.ruleFalsePositives()}</h4>
          <ul className={styles.list}>
            {rule.falsepositives.map((text, index) => (
              <li key={index}>
                <Visible text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
      <h4 className={styles.source}>
        {t.ruleYaml()}
        <CopyButton name={t.valueCopy()} text={rule.yaml} icon={<CopyIcon />} />
      </h4>
      <Yaml text={rule.yaml} />
    </div>
  );
}

function Yaml({ text }: { readonly text: string }) {
  const t = useText();
  const lines = text.slice(0, longestText).replace(/\n$/, '').split('\n').slice(0, maxLines);
  return (
    <pre className={styles.yaml} tabIndex={0} role="region" aria-label={t.ruleYaml()}>
      <code>
        {lines.map((line, index) => (
          <Fragment key={index}>
            <span className={styles.number} aria-hidden="true">
              {index + 1}
            </span>
            {tokens(line.replace(/\r$/, '')).map((token, at) => (
              <span key={at} className={styles[token.kind]}>
                <Visible text={token.text} />
              </span>
            ))}
            {'\n'}
          </Fragment>
        ))}
      </code>
    </pre>
  );
}
