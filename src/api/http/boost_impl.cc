// The compiled parts of Boost.Asio, once for the program: the other sources see declarations only
// (BOOST_ASIO_SEPARATE_COMPILATION in CMakeLists.txt), which keeps each of them cheap to compile.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
