#include "app/registry.h"

#include "govern/assignment.h"
#include "govern/organisation.h"
#include "work/approval.h"
#include "work/break_glass.h"
#include "work/job.h"
#include "work/notes.h"

namespace hinomi::app {

schema::Registry make_registry() {
  return schema::Registry({
      govern::organisation_entity(),
      govern::site_entity(),
      govern::person_entity(),
      govern::post_entity(),
      govern::holding_entity(),
      govern::assignment_entity(),
      govern::role_setting_entity(),
      work::comment_entity(),
      work::relation_entity(),
      work::attachment_entity(),
      work::saved_view_entity(),
      work::custom_field_entity(),
      work::notice_entity(),
      work::schedule_entity(),
      work::job_entity(),
      work::approval_entity(),
      work::approval_step_entity(),
      work::break_glass_entity(),
  });
}

}  // namespace hinomi::app
