#include "app/registry.h"

#include "govern/assignment.h"
#include "govern/organisation.h"
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
  });
}

}  // namespace hinomi::app
